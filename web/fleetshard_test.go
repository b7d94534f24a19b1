package web

import (
	"strings"
	"testing"

	"github.com/leakline/leakline/web/api"
)

func TestOverTheLimitSaysHowToShare(t *testing.T) {
	since := int64(1)
	full := make([]api.Instance, 100)
	for _, tt := range []struct {
		name      string
		f         api.FleetAnswer
		observers int
		want      []string
	}{
		{"all are watched", api.FleetAnswer{Instances: full}, 0, nil},
		{"a few more", api.FleetAnswer{Instances: full, Over: 12}, 0, []string{"12 more", "watches 100", "Have 2 observers", "--shard 1/2 to --shard 2/2"}},
		{"a thousand", api.FleetAnswer{Instances: full, Over: 900}, 0, []string{"900 more", "--shard 1/14 to --shard 14/14"}},
		{"a shard that is too large", api.FleetAnswer{Instances: full, Over: 50}, 3, []string{"50 more", "--shard 1/6 to --shard 6/6"}},
		{"one that is gone", api.FleetAnswer{Instances: append(full[:99:99], api.Instance{GoneT: &since}), Over: 1}, 0, []string{"1 more", "watches 99", "1/2"}},
	} {
		says := overWords(tt.f, tt.observers)
		if len(tt.want) == 0 && says != "" {
			t.Errorf("%s: %q", tt.name, says)
		}
		for _, want := range tt.want {
			if !strings.Contains(says, want) {
				t.Errorf("%s: %q lacks %q", tt.name, says, want)
			}
		}
	}
}

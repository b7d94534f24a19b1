package strategy_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
)

// The strategies that keep the list in Redis differ in the Sets they build
// and in nothing else.
var listStrategies = map[string]int{"set-per-request": 1, "list-scan": 0, "audit-forever": 1}

func TestListStrategies(t *testing.T) {
	tests := []struct {
		name    string
		world   world
		user    string
		risky   bool
		selects int
		writes  int
	}{
		{"a hit on a risky user", world{list: []byte(`["a","b"]`)}, "b", true, 0, 0},
		{"a hit on an innocent user", world{list: []byte(`["a","b"]`)}, "c", false, 0, 0},
		{"a hit on an empty list", world{list: []byte(`[]`), risky: []string{"a"}}, "a", false, 0, 0},
		{"a miss on a risky user", world{risky: []string{"a", "b"}}, "b", true, 1, 1},
		{"a miss on an innocent user", world{risky: []string{"a", "b"}}, "c", false, 1, 1},
		{"a miss with nobody risky", world{risky: []string{}}, "c", false, 1, 1},
		{"a list that is not JSON", world{list: []byte(`["a"`), risky: []string{"b"}}, "b", true, 1, 1},
		{"a list that is null", world{list: []byte(`null`), risky: []string{"b"}}, "b", true, 1, 1},
		{"Redis down", world{cacheErr: errDown, risky: []string{"b"}}, "b", true, 1, 0},
		{"Redis refuses the write", world{setExErr: errDown, risky: []string{"b"}}, "b", true, 1, 1},
	}
	for name, sets := range listStrategies {
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				w := tt.world
				risky, err := w.start(t, name).Check(t.Context(), checker.Payment{UserID: tt.user})
				if err != nil || risky != tt.risky {
					t.Errorf("risky: %v, %v, want %v", risky, err, tt.risky)
				}
				if w.selects != tt.selects || w.writes != tt.writes || w.setsBuilt != sets {
					t.Errorf("%d SELECTs, %d SETEXs, %d Sets built, want %d, %d, %d",
						w.selects, w.writes, w.setsBuilt, tt.selects, tt.writes, sets)
				}
			})
		}
	}
}

func TestAMissLeavesTheWholeListForFiveMinutes(t *testing.T) {
	for name := range listStrategies {
		t.Run(name, func(t *testing.T) {
			w := world{risky: []string{"a", "b", "c"}}
			if _, err := w.start(t, name).Check(t.Context(), checker.Payment{UserID: "a"}); err != nil {
				t.Fatal(err)
			}
			var ids []string
			if err := json.Unmarshal(w.list, &ids); err != nil {
				t.Fatal(err)
			}
			slices.Sort(ids)
			if !slices.Equal(ids, w.risky) || w.ttl != 300*time.Second {
				t.Errorf("left %v for %v, want %v for 5m", ids, w.ttl, w.risky)
			}
		})
	}
}

func TestNobodyWhoKnowsMeansNoAnswer(t *testing.T) {
	tests := []struct {
		name  string
		world world
	}{
		{"Redis and SQL down", world{cacheErr: errDown, memberErr: errDown, sqlErr: errDown}},
		{"Redis empty and SQL down", world{sqlErr: errDown, sentinel: true}},
		{"a broken list and SQL down", world{list: []byte("?"), sqlErr: errDown, sentinel: true}},
	}
	for _, tt := range tests {
		for _, name := range []string{"set-per-request", "list-scan", "redis-sismember"} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				w := tt.world
				risky, err := w.start(t, name).Check(t.Context(), checker.Payment{UserID: "a"})
				if risky || !errors.Is(err, checker.ErrUnavailable) || !errors.Is(err, errDown) {
					t.Errorf("Check = %v, %v, want ErrUnavailable and its cause", risky, err)
				}
				if w.setsBuilt != 0 {
					t.Errorf("%d Sets built of nothing", w.setsBuilt)
				}
			})
		}
	}
}

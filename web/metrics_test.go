package web_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestMetricsAreForPrometheus(t *testing.T) {
	s := newServer(t)
	_, body := s.send(t, "GET", "/metrics", bearer(tokens.Viewer))
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, line := range []string{
		"go_goroutines ", "process_start_time_seconds ", "leakline_viewers_max 2000\n",
		`leakline_patient_status{status="starting",target="checker"} 1` + "\n",
	} {
		if !strings.Contains(body, "\n"+line) {
			t.Errorf("%q is not among the metrics", line)
		}
	}
	if strings.Contains(body, "leakline_patient_floor_bytes") || strings.Contains(body, "NaN") {
		t.Error("a checker that was never started has figures")
	}
}

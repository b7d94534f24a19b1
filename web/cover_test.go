package web_test

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/profiler/verdict"
)

// aroundTheCover matches what web may say only through web/api/cover.go.
var aroundTheCover = regexp.MustCompile(`Watch\.Turns\(\)|Watch\.Verdict\(\)|Lab\.State\(\)|Lab\.State\b[^(]|Lab\.Scores\(|Series\(\)\.Spans\(|Archive\.Get\(|Graphs\.Get\(|lesson\.Look\(`)

func TestNothingReachesAroundTheCover(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || path == "api/cover.go" {
			return err
		}
		source, err := os.ReadFile(path)
		if found := aroundTheCover.Find(source); found != nil {
			t.Errorf("%s says %q: what a cover hides is told through web/api/cover.go", path, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A blind lesson's patient is named nowhere, to nobody, while it is covered.
func TestCoveredPatientIsNotNamed(t *testing.T) {
	const secret = "unbounded-memo"           // no lesson speaks of it
	fault := regexp.MustCompile(`\b487653\b`) // by itself, and more digits than a figure has
	s := newServer(t)
	s.run(t)
	frames := s.follow(t)
	s.must(t, "PUT", "/api/v1/cover", `{"covered":true}`)
	s.must(t, "PUT", "/api/v1/strategy", `{"name":"`+secret+`"}`)
	s.must(t, "PUT", "/api/v1/faults", `{"setex_latency_ms":487653}`)
	taken := s.must(t, "POST", "/api/v1/snapshots", `{}`)
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(taken)[1]

	for _, path := range []string{
		"/api/v1/state", "/api/v1/verdict", "/api/v1/history", "/api/v1/targets", "/api/v1/scoreboard", "/api/v1/scoreboard.csv",
		"/api/v1/readings.csv", "/api/v1/snapshots", "/api/v1/snapshots/" + id, "/metrics", "/", "/snapshots", "/report.html",
		"/api/v1/lessons", "/learn/is-it-a-leak", "/learn/identify-the-leak", "/learn/fix-the-monitoring", "/learn/real-leaks",
	} {
		resp, body := s.send(t, "GET", path, bearer(tokens.Viewer))
		if resp.StatusCode != http.StatusOK || strings.Contains(body, secret) || fault.MatchString(body) {
			t.Errorf("GET %s: %d, and names the patient: %v", path, resp.StatusCode, strings.Contains(body, secret))
		}
	}
	s.checksSayNothing(t, secret)
	if told := s.toldUnderCover(frames, secret); strings.Contains(told, secret) || fault.MatchString(told) || !strings.Contains(told, lab.Covered) {
		t.Errorf("the stream tells %s", told)
	}
	if strings.Contains(taken, secret) {
		t.Errorf("taking a snapshot names the patient: %s", taken)
	}
	closed := []string{
		"/api/v1/snapshots/" + id + "/profile.pb.gz", "/api/v1/diff?base=" + id + "&head=" + id, "/debug/pprof/heap",
		"/pprof/" + id + "/top", "/pprof/diff/" + id + "/" + id + "/top",
	}
	for _, path := range closed {
		if resp, _ := s.send(t, "GET", path, bearer(tokens.Instructor)); resp.StatusCode != http.StatusConflict {
			t.Errorf("GET %s under the cover: %d, want 409", path, resp.StatusCode)
		}
	}
	if state := s.lab.State(); state.Strategy != secret || !state.Covered() {
		t.Errorf("the lab itself runs %q, covered %v", state.Strategy, state.Covered())
	}

	if state := s.must(t, "PUT", "/api/v1/cover", `{"covered":false}`); !strings.Contains(state, secret) {
		t.Errorf("uncovered: %s", state)
	}
	for _, path := range closed {
		if resp, body := s.send(t, "GET", path, bearer(tokens.Instructor)); resp.StatusCode == http.StatusConflict {
			t.Errorf("GET %s is still covered: %s", path, body)
		}
	}
	for _, m := range s.lab.Watch().Series().Marks(s.lab.State().Since) {
		if m.From == secret || m.To == secret || m.To == lab.Covered {
			t.Errorf("a mark made under the cover: %+v", m)
		}
	}
}

// checksSayNothing has a viewer check every step that is not of the blind lesson.
func (s *testServer) checksSayNothing(t *testing.T, secret string) {
	t.Helper()
	for _, l := range lesson.All() {
		for _, step := range l.Steps {
			path := "/api/v1/lessons/" + l.ID + "/steps/" + step.ID + "/check"
			_, body := s.send(t, "POST", path, bearer(tokens.Viewer))
			if covered := strings.Contains(body, `"ok":false`) && strings.Contains(body, "What runs is covered"); strings.Contains(body, secret) || !l.Blind && !covered {
				t.Errorf("POST %s under the cover: %s", path, body)
			}
		}
	}
}

// toldUnderCover ends the stream, after a state and a verdict, and returns it.
func (s *testServer) toldUnderCover(frames <-chan [][]byte, secret string) string {
	s.hub.State(s.api.StateFrame(s.target))
	s.target.PublishVerdict(verdict.Verdict{Word: verdict.Leak, Summary: secret + " leaks."})
	s.hub.Close()
	return string(bytes.Join(<-frames, []byte("\n")))
}

// must sends a JSON body as the instructor and returns the answer to it.
func (s *testServer) must(t *testing.T, method, path, body string) string {
	t.Helper()
	resp, answer := s.send(t, method, path, func(r *http.Request) {
		bearer(tokens.Instructor)(r)
		r.Header.Set("Content-Type", "application/json")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	})
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	return answer
}

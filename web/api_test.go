package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// A call is one request to the API and what should come of it.
type call struct {
	name        string
	method      string
	path        string
	body        string
	contentType string // default application/json
	status      int
	says        string // part of the answer
}

func TestAPIAnswers(t *testing.T) {
	s := newServer(t)
	saved, err := s.archive.Save(profiler.Snapshot{Target: "checker", Kind: "heap", Label: "first"}, []byte("not a profile"))
	if err != nil {
		t.Fatal(err)
	}
	if saved.ID != "1" {
		t.Fatalf("id %q, want 1", saved.ID)
	}
	calls := []call{
		{name: "state before any reading knows what it knows", method: "GET", path: "state", status: 200, says: `"floor":null`},
		{name: "targets", method: "GET", path: "targets", status: 200, says: `"checker"`},
		{name: "another target", method: "GET", path: "state?target=other", status: 404, says: "other"},
		{name: "strategies", method: "GET", path: "strategies", status: 200, says: `"set-per-request"`},
		{name: "history is empty, not absent", method: "GET", path: "history", status: 200, says: `"t":[]`},
		{name: "unknown window", method: "GET", path: "history?window=2m", status: 400, says: "1m, 5m, 15m, 1h or 24h"},
		{name: "readings as CSV", method: "GET", path: "readings.csv", status: 200, says: "time,generation,floor,"},

		{name: "switch while the checker is starting is kept", method: "PUT", path: "strategy", body: `{"name":"list-scan"}`, status: 200, says: `{"name":"list-scan","generation":0}`},
		{name: "switch to nothing", method: "PUT", path: "strategy", body: `{}`, status: 400, says: "name"},
		{name: "switch to what there is not", method: "PUT", path: "strategy", body: `{"name":"magic"}`, status: 404, says: "magic"},
		{name: "field of the wrong type", method: "PUT", path: "strategy", body: `{"name":7}`, status: 400, says: `\"name\"`},
		{name: "unknown field", method: "PUT", path: "strategy", body: `{"nome":"x"}`, status: 400, says: "nome"},
		{name: "no JSON", method: "PUT", path: "strategy", body: `name=x`, status: 400, says: "JSON"},
		{name: "two objects", method: "PUT", path: "strategy", body: `{"name":"list-scan"}{}`, status: 400, says: "goes on"},
		{name: "a form", method: "PUT", path: "strategy", body: `name=x`, contentType: "application/x-www-form-urlencoded", status: 415, says: "application/json"},
		{name: "a body too large", method: "PUT", path: "strategy", body: `{"name":"` + strings.Repeat("x", 20<<10) + `"}`, status: 413, says: "16384"},

		{name: "load merges", method: "PUT", path: "load", body: `{"rps":20}`, status: 200, says: `{"rps":20,"risky_share":0.1,"risky_users":100}`},
		{name: "load of zero pauses", method: "PUT", path: "load", body: `{"rps":0}`, status: 200, says: `"rps":0`},
		{name: "negative load", method: "PUT", path: "load", body: `{"rps":-1}`, status: 400, says: "0 to 20000"},
		{name: "share above one", method: "PUT", path: "load", body: `{"risky_share":1.5}`, status: 400, says: "0 to 1"},
		{name: "more risky users than users", method: "PUT", path: "load", body: `{"risky_users":1000}`, status: 400, says: "1 to 999"},

		{name: "GC of nobody", method: "POST", path: "gc", status: 503, says: "not running"},
		{name: "snapshot of nobody", method: "POST", path: "snapshots", status: 503, says: "not running"},
		{name: "snapshot of an odd kind", method: "POST", path: "snapshots", body: `{"kind":"cmdline"}`, status: 400, says: "heap or goroutine"},
		{name: "resume of what is not halted", method: "POST", path: "resume", status: 200, says: `"status":"starting"`},

		{name: "list of snapshots", method: "GET", path: "snapshots", status: 200, says: `"label":"first"`},
		{name: "one snapshot", method: "GET", path: "snapshots/1", status: 200, says: `"gc_cycle":null`},
		{name: "its bytes", method: "GET", path: "snapshots/1/profile.pb.gz", status: 200, says: "not a profile"},
		{name: "label and pin", method: "PATCH", path: "snapshots/1", body: `{"label":"base","pinned":true}`, status: 200, says: `"pinned":true`},
		{name: "label too long", method: "PATCH", path: "snapshots/1", body: `{"label":"` + strings.Repeat("é", 81) + `"}`, status: 400, says: "80 characters"},
		{name: "no such snapshot", method: "GET", path: "snapshots/99", status: 404, says: "99"},
		{name: "path as an id", method: "GET", path: "snapshots/..%2f1", status: 404, says: "no such snapshot"},
		{name: "diff of one", method: "GET", path: "diff?base=1", status: 400, says: "base and head"},
		{name: "diff with nothing", method: "GET", path: "diff?base=1&head=99", status: 404, says: "99"},
		{name: "diff by an odd sample", method: "GET", path: "diff?base=1&head=1&sample=cpu", status: 400, says: "inuse_space"},
		{name: "delete", method: "DELETE", path: "snapshots/1", status: 204},
		{name: "delete again", method: "DELETE", path: "snapshots/1", status: 404, says: "no such snapshot"},
	}
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) { c.check(t, s) })
	}
}

func (c call) check(t *testing.T, s *testServer) {
	resp, body := s.send(t, c.method, "/api/v1/"+c.path, func(r *http.Request) {
		bearer(tokens.Instructor)(r)
		if c.body != "" {
			r.Body = io.NopCloser(strings.NewReader(c.body))
			r.ContentLength = int64(len(c.body))
			r.Header.Set("Content-Type", "application/json")
		}
		if c.contentType != "" {
			r.Header.Set("Content-Type", c.contentType)
		}
	})
	if resp.StatusCode != c.status || !strings.Contains(body, c.says) {
		t.Errorf("status %d, answer %.300s: want %d and %s", resp.StatusCode, body, c.status, c.says)
	}
	if c.status < 400 {
		return
	}
	var problem struct {
		Type, Title, Detail string
		Status              int
	}
	if err := json.Unmarshal([]byte(body), &problem); err != nil {
		t.Fatalf("answer %.100s: %v", body, err)
	}
	if resp.Header.Get("Content-Type") != "application/problem+json" || problem.Status != c.status || problem.Title == "" || problem.Detail == "" {
		t.Errorf("%s %+v: want a whole application/problem+json", resp.Header.Get("Content-Type"), problem)
	}
}

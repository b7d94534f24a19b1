package web_test

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/leakline/leakline/internal/contract"
	"github.com/leakline/leakline/profiler"
)

// A call is one request to the API and what should come of it.
type call struct {
	name        string
	method      string // default GET
	path        string // below /api/v1/, unless it begins with a slash
	body        string
	contentType string // default application/json
	status      int    // default 200
	says        string // part of the answer
	beyond      bool   // refused for what no schema can say
}

func TestAPIAnswers(t *testing.T) {
	s := newServer(t)
	saved, err := s.archive.Save(profiler.Snapshot{Target: "checker", Kind: "heap", Label: "first", Reason: profiler.ReasonManual}, []byte("not a profile"))
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
		{name: "collection of another target", method: "POST", path: "gc?target=other", status: 404, says: "other"},
		{name: "the only target by its name", method: "GET", path: "state?target=checker", status: 200, says: `"target":"checker"`},
		{name: "strategies", method: "GET", path: "strategies", status: 200, says: `"set-per-request"`},
		{name: "history is empty, not absent", method: "GET", path: "history", status: 200, says: `"t":[]`},
		{name: "unknown window", method: "GET", path: "history?window=2m", status: 400, says: "1m, 5m, 15m, 1h or 24h"},
		{name: "history a second apart", method: "GET", path: "history?window=15m", status: 200, says: `"every_ms":1000`},
		{name: "history of a day", method: "GET", path: "history?window=24h", status: 200, says: `"every_ms":10000`},
		{name: "readings of an unknown window", method: "GET", path: "readings.csv?window=2m", status: 400, says: "1m, 5m, 15m, 1h or 24h"},
		{name: "size classes of nobody", method: "GET", path: "sizes", status: 503, says: "not running"},
		{name: "readings from what is no time", method: "GET", path: "readings.csv?from=noon&to=1", status: 400, says: "from \\\"noon\\\": want a time in Unix milliseconds"},
		{name: "readings from before 1970", method: "GET", path: "readings.csv?from=-1&to=1", status: 400, says: "want a time in Unix milliseconds"},
		{name: "readings to no end", method: "GET", path: "readings.csv?from=1", status: 400, says: "to \\\"\\\": want a time in Unix milliseconds; from and to go together", beyond: true},
		{name: "readings to an end beyond all", method: "GET", path: "readings.csv?from=1&to=9999999999999999", status: 400, says: "want a time in Unix milliseconds"},
		{name: "readings backwards", method: "GET", path: "readings.csv?from=2&to=1", status: 400, says: "from 2 to 1: want from before to", beyond: true},
		{name: "readings by two ways", method: "GET", path: "readings.csv?window=5m&from=1&to=2", status: 400, says: "one or the other", beyond: true},
		{name: "readings as CSV", method: "GET", path: "readings.csv", status: 200, says: "time,generation,floor,"},

		{name: "switch while the checker is starting is kept", method: "PUT", path: "strategy", body: `{"name":"list-scan"}`, status: 200, says: `{"name":"list-scan","generation":0}`},
		{name: "switch to nothing", method: "PUT", path: "strategy", body: `{}`, status: 400, says: "name"},
		{name: "switch to what there is not", method: "PUT", path: "strategy", body: `{"name":"magic"}`, status: 404, says: "magic"},
		{name: "field of the wrong type", method: "PUT", path: "strategy", body: `{"name":7}`, status: 400, says: `\"name\"`},
		{name: "unknown field", method: "PUT", path: "strategy", body: `{"nome":"x"}`, status: 400, says: "nome"},
		{name: "no JSON", method: "PUT", path: "strategy", body: `name=x`, status: 400, says: "JSON"},
		{name: "two objects", method: "PUT", path: "strategy", body: `{"name":"list-scan"}{}`, status: 400, says: "goes on", beyond: true},
		{name: "a form", method: "PUT", path: "strategy", body: `name=x`, contentType: "application/x-www-form-urlencoded", status: 415, says: "application/json"},
		{name: "a body too large", method: "PUT", path: "strategy", body: `{"name":"` + strings.Repeat("x", 20<<10) + `"}`, status: 413, says: "16384"},

		{name: "load merges", method: "PUT", path: "load", body: `{"rps":20}`, status: 200, says: `{"rps":20,"risky_share":0.1,"risky_users":100}`},
		{name: "load of zero pauses", method: "PUT", path: "load", body: `{"rps":0}`, status: 200, says: `"rps":0`},
		{name: "negative load", method: "PUT", path: "load", body: `{"rps":-1}`, status: 400, says: "0 to 20000"},
		{name: "share above one", method: "PUT", path: "load", body: `{"risky_share":1.5}`, status: 400, says: "0 to 1"},
		{name: "more risky users than users", method: "PUT", path: "load", body: `{"risky_users":1000}`, status: 400, says: "1 to 999", beyond: true},

		{name: "load by two ways", method: "PUT", path: "load", body: `{"rps":5,"times_capacity":1.5}`, status: 400, says: "exclude each other", beyond: true},
		{name: "load by a capacity nobody has", method: "PUT", path: "load", body: `{"times_capacity":1.5}`, status: 503, says: "no checker process"},
		{name: "load of no capacity", method: "PUT", path: "load", body: `{"times_capacity":0}`, status: 400, says: "more than 0"},

		{name: "scoreboard before anything ran", method: "GET", path: "scoreboard", status: 200, says: `"scores":[]`},
		{name: "scoreboard as a table", method: "GET", path: "scoreboard.csv", status: 200, says: "strategy,active_s,"},
		{name: "table of no trial", method: "GET", path: "scoreboard.csv?trial=7", status: 404, says: "no such trial"},
		{name: "trial while the load is paused", method: "POST", path: "scoreboard/trial", body: `{"a":"list-scan","b":"set-per-request"}`, status: 400, says: "paused", beyond: true},
		{name: "trial of one", method: "POST", path: "scoreboard/trial", body: `{"a":"list-scan","b":"list-scan"}`, status: 400, says: "name two", beyond: true},
		{name: "trial of what there is not", method: "POST", path: "scoreboard/trial", body: `{"a":"list-scan","b":"magic"}`, status: 404, says: "magic"},
		{name: "trial of a moment", method: "POST", path: "scoreboard/trial", body: `{"a":"list-scan","b":"set-per-request","seconds":1}`, status: 400, says: "5 to 300", beyond: true},
		{name: "stop of no trial", method: "DELETE", path: "scoreboard/trial", status: 204},

		{name: "lessons", method: "GET", path: "lessons", status: 200, says: `"id":"identify-the-leak"`},
		{name: "a lesson", method: "GET", path: "lessons/identify-the-leak", status: 200, says: `"actions":["Switch to set-per-request"`},
		{name: "a lesson there is not", method: "GET", path: "lessons/magic", status: 404, says: "magic"},
		{name: "a step there is not", method: "POST", path: "lessons/identify-the-leak/steps/magic/check", status: 404, says: "magic"},
		{name: "a check before anything runs", method: "POST", path: "lessons/identify-the-leak/steps/the-pattern/check", status: 200, says: `"ok":false,"sealed":false,"says":"The checker is starting: wait until it runs.","right":[],"figures":{}`},
		{name: "no action", method: "POST", path: "lessons/identify-the-leak/steps/the-pattern/do", body: `{}`, status: 400, says: "action"},
		{name: "an action there is not", method: "POST", path: "lessons/identify-the-leak/steps/the-pattern/do", body: `{"action":9}`, status: 400, says: "0 to 1", beyond: true},
		{name: "an action of a step", method: "POST", path: "lessons/identify-the-leak/steps/the-pattern/do", body: `{"action":1}`, status: 200, says: `"load":{"rps":100`},
		{name: "back to no load", method: "PUT", path: "load", body: `{"rps":0}`, status: 200, says: `"rps":0`},

		{name: "faults merge and are kept", method: "PUT", path: "faults", body: `{"setex_latency_ms":30000,"check_timeout_ms":0}`, status: 200, says: `"setex_latency_ms":30000,"check_timeout_ms":0,"updater":"atomic"`},
		{name: "fault below nothing", method: "PUT", path: "faults", body: `{"sql_latency_ms":-1}`, status: 400, says: "0 to 600000"},
		{name: "a Redis there is not", method: "PUT", path: "faults", body: `{"redis":"tired"}`, status: 400, says: "up, frozen or down"},
		{name: "nothing kept", method: "PUT", path: "faults", body: `{"audit_every":0}`, status: 400, says: "1 to 1000000"},
		{name: "an updater there is not", method: "PUT", path: "faults", body: `{"updater":"best"}`, status: 400, says: "atomic, naive or stopped"},
		{name: "expiry with nobody to tell", method: "POST", path: "expire", status: 503, says: "no checker process"},
		{name: "limits merge", method: "PUT", path: "limits", body: `{"gomemlimit":104857600}`, status: 200, says: `{"memory_limit":0,"gomemlimit":104857600,"checker_cpus":1}`},
		{name: "limit too small to start in", method: "PUT", path: "limits", body: `{"memory_limit":1000}`, status: 400, says: "64 MiB to 1 TiB", beyond: true},
		{name: "negative limit", method: "PUT", path: "limits", body: `{"memory_limit":-1}`, status: 400, says: "64 MiB"},
		{name: "no CPU", method: "PUT", path: "limits", body: `{"checker_cpus":0}`, status: 400, says: "1 to"},

		{name: "GC of nobody", method: "POST", path: "gc", status: 503, says: "not running"},
		{name: "snapshot of nobody", method: "POST", path: "snapshots", status: 503, says: "not running"},
		{name: "snapshot of an odd kind", method: "POST", path: "snapshots", body: `{"kind":"cmdline"}`, status: 400, says: "heap or goroutine"},
		{name: "restart before a start", method: "POST", path: "restart", status: 200, says: `"status":"starting"`},
		{name: "resume of what is not halted", method: "POST", path: "resume", status: 200, says: `"status":"starting"`},

		{name: "list of snapshots", method: "GET", path: "snapshots", status: 200, says: `"label":"first"`},
		{name: "one snapshot", method: "GET", path: "snapshots/1", status: 200, says: `"gc_cycle":null`},
		{name: "its bytes", method: "GET", path: "snapshots/1/profile.pb.gz", status: 200, says: "not a profile"},
		{name: "label and pin", method: "PATCH", path: "snapshots/1", body: `{"label":"base","pinned":true}`, status: 200, says: `"pinned":true`},
		{name: "label too long", method: "PATCH", path: "snapshots/1", body: `{"label":"` + strings.Repeat("é", 81) + `"}`, status: 400, says: "80 characters"},
		{name: "pin of the wrong type", method: "PATCH", path: "snapshots/1", body: `{"pinned":"yes"}`, status: 400, says: "pinned"},
		{name: "nothing to change", method: "PATCH", path: "snapshots/1", status: 200, says: `"label":"base"`},
		{name: "label for what there is not", method: "PATCH", path: "snapshots/99", body: `{"label":"x"}`, status: 404, says: "99"},
		{name: "bytes of what there is not", method: "GET", path: "snapshots/99/profile.pb.gz", status: 404, says: "99"},
		{name: "no such snapshot", method: "GET", path: "snapshots/99", status: 404, says: "99"},
		{name: "path as an id", method: "GET", path: "snapshots/..%2f1", status: 404, says: "no such snapshot"},
		{name: "diff of one", method: "GET", path: "diff?base=1", status: 400, says: "base and head"},
		{name: "diff with nothing", method: "GET", path: "diff?base=1&head=99", status: 404, says: "99"},
		{name: "diff by an odd sample", method: "GET", path: "diff?base=1&head=1&sample=cpu", status: 400, says: "inuse_space"},
		{name: "diff of what is no profile", method: "GET", path: "diff?base=1&head=1", status: 500, says: "the log says what"},
		{name: "delete", method: "DELETE", path: "snapshots/1", status: 204},
		{name: "delete again", method: "DELETE", path: "snapshots/1", status: 404, says: "no such snapshot"},
	}
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) { s.do(t, c) })
	}
}

// do sends a call and returns what came of it. That a problem is a whole one is
// for the contract to say.
func (s *testServer) do(t testing.TB, c call) (body string) {
	t.Helper()
	path := c.path
	if !strings.HasPrefix(path, "/") {
		path = "/api/v1/" + path
	}
	resp, body := s.send(t, cmp.Or(c.method, "GET"), path, func(r *http.Request) {
		bearer(tokens.Instructor)(r)
		if c.body != "" {
			r.Body = io.NopCloser(strings.NewReader(c.body))
			r.ContentLength = int64(len(c.body))
			r.Header.Set("Content-Type", cmp.Or(c.contentType, "application/json"))
		}
	})
	if resp.StatusCode != cmp.Or(c.status, 200) || !strings.Contains(body, c.says) {
		t.Errorf("%s: status %d, answer %.300s: want %d and %s", path, resp.StatusCode, body, cmp.Or(c.status, 200), c.says)
	}
	malformed := c.status == http.StatusBadRequest || c.status == http.StatusUnsupportedMediaType
	if malformed && !c.beyond && resp.Header.Get(contract.RefusedHeader) == "" {
		t.Errorf("%s: the contract takes what is answered %d", path, c.status)
	}
	if c.status >= 400 && !strings.Contains(body, fmt.Sprintf(`"status":%d`, c.status)) {
		t.Errorf("%s: the problem %s says another status than %d", path, body, c.status)
	}
	return body
}

package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// FuzzBody sends any body to the routes that take one. It may be refused, or
// wait for a checker that is not there; it is never the server's own failure.
func FuzzBody(f *testing.F) {
	routes := [...]struct{ method, path string }{
		{"PUT", "/api/v1/strategy"}, {"PUT", "/api/v1/load"}, {"POST", "/api/v1/snapshots"}, {"PATCH", "/api/v1/snapshots/1"},
	}
	for i := range routes {
		for _, body := range []string{
			``, `{}`, `null`, `[]`, `7`, `"`, `{"name":"list-scan"}`, `{"NAME":"magic","name":null}`, `{"name":7}`,
			`{"rps":20,"risky_share":0.5,"risky_users":50}`, `{"rps":-0}`, `{"rps":1e309}`, `{"risky_users":9223372036854775808}`,
			`{"risky_users":1.0}`, `{"label":"base","kind":"goroutine"}`, `{"kind":"../heap"}`, `{"label":"\ud800","pinned":true}`,
			`{"label":"` + "\xff" + `"}`, `{"label":"<script>\u0000"}`, `{"pinned":false}}`, `{"a":{"a":{"a":{}}}}`,
		} {
			f.Add(uint8(i), []byte(body))
		}
	}
	s := newServer(f)
	if _, err := s.archive.Save(profiler.Snapshot{Target: "checker", Kind: "heap"}, []byte("not a profile")); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		route := routes[int(n)%len(routes)]
		r := httptest.NewRequest(route.method, "http://"+s.Listener.Addr().String()+route.path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		bearer(tokens.Instructor)(r)
		w := httptest.NewRecorder()
		s.web.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s %s with %q is answered %d: %s", route.method, route.path, body, w.Code, w.Body)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s with %q is answered %q, want JSON", route.method, route.path, body, w.Body)
		}
	})
}

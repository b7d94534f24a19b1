package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/leakline/leakline/web/guard"
)

// needs says who may use each route. A new route without an entry here fails
// the test: whoever adds it decides, in this file, who may.
var needs = map[string]guard.Role{
	"GET /{$}":                  guard.Viewer,
	"GET /snapshots":            guard.Viewer,
	"GET /diff":                 guard.Viewer,
	"GET /holders":              guard.Instructor,
	"GET /holders/{id}":         guard.Instructor,
	"GET /pprof/{id}/{view...}": guard.Viewer,
	"GET /pprof/diff/{base}/{head}/{view...}": guard.Viewer,
	"GET /audit":                                       guard.Instructor,
	"GET /api/v1/audit":                                guard.Instructor,
	"GET /api/v1/desk":                                 guard.Instructor,
	"POST /api/v1/desk":                                guard.Instructor,
	"POST /desk":                                       guard.Instructor,
	"GET /debug/self":                                  guard.Instructor,
	"GET /ws":                                          guard.Viewer,
	"GET /self/debug/":                                 guard.Instructor,
	"GET /debug/pprof/":                                guard.Instructor,
	"GET /static/{version}/{path...}":                  guard.Anyone,
	"POST /session":                                    guard.Anyone,
	"GET /healthz":                                     guard.Anyone,
	"GET /readyz":                                      guard.Anyone,
	"GET /metrics":                                     guard.Viewer,
	"GET /api/openapi.yaml":                            guard.Anyone,
	"/":                                                guard.Anyone,
	"GET /api/v1/targets":                              guard.Viewer,
	"GET /api/v1/state":                                guard.Viewer,
	"GET /api/v1/verdict":                              guard.Viewer,
	"GET /api/v1/strategies":                           guard.Viewer,
	"GET /api/v1/history":                              guard.Viewer,
	"GET /api/v1/sizes":                                guard.Viewer,
	"GET /api/v1/readings.csv":                         guard.Viewer,
	"GET /api/v1/snapshots":                            guard.Viewer,
	"GET /api/v1/snapshots/{id}":                       guard.Viewer,
	"GET /api/v1/diff":                                 guard.Viewer,
	"GET /api/v1/heapgraphs":                           guard.Instructor,
	"POST /api/v1/heapgraphs":                          guard.Instructor,
	"DELETE /api/v1/heapgraphs/{id}":                   guard.Instructor,
	"GET /api/v1/heapgraphs/{id}/graph":                guard.Instructor,
	"GET /api/v1/heapgraphs/{id}/tree":                 guard.Instructor,
	"GET /api/v1/holders":                              guard.Instructor,
	"GET /api/v1/holders/compare":                      guard.Instructor,
	"GET /api/v1/scoreboard":                           guard.Viewer,
	"GET /api/v1/scoreboard.csv":                       guard.Viewer,
	"POST /api/v1/scoreboard/trial":                    guard.Instructor,
	"DELETE /api/v1/scoreboard/trial":                  guard.Instructor,
	"PUT /api/v1/strategy":                             guard.Instructor,
	"PUT /api/v1/load":                                 guard.Instructor,
	"PUT /api/v1/faults":                               guard.Instructor,
	"PUT /api/v1/cover":                                guard.Instructor,
	"POST /api/v1/expire":                              guard.Instructor,
	"PUT /api/v1/limits":                               guard.Instructor,
	"POST /api/v1/gc":                                  guard.Instructor,
	"POST /api/v1/restart":                             guard.Instructor,
	"POST /api/v1/reset":                               guard.Instructor,
	"POST /api/v1/resume":                              guard.Instructor,
	"POST /api/v1/snapshots":                           guard.Instructor,
	"POST /api/v1/snapshots/upload":                    guard.Instructor,
	"PATCH /api/v1/snapshots/{id}":                     guard.Instructor,
	"DELETE /api/v1/snapshots/{id}":                    guard.Instructor,
	"GET /api/v1/snapshots/{id}/profile.pb.gz":         guard.Viewer,
	"GET /report":                                      guard.Viewer,
	"GET /report.html":                                 guard.Viewer,
	"GET /fleet":                                       guard.Viewer,
	"GET /fleet/compare":                               guard.Viewer,
	"GET /api/v1/fleet/checkers":                       guard.Viewer,
	"PUT /api/v1/fleet/strategy":                       guard.Instructor,
	"GET /api/v1/fleet":                                guard.Viewer,
	"GET /learn":                                       guard.Viewer,
	"GET /room":                                        guard.Viewer,
	"GET /learn/{lesson}":                              guard.Viewer,
	"GET /api/v1/lessons":                              guard.Viewer,
	"GET /api/v1/lessons/{lesson}":                     guard.Viewer,
	"POST /api/v1/lessons/{lesson}/steps/{step}/check": guard.Viewer,
	"GET /api/v1/room":                                 guard.Viewer,
	"PUT /api/v1/room/me":                              guard.Viewer,
	"PUT /api/v1/room/me/answers/{lesson}/{step}":      guard.Viewer,
	"POST /api/v1/room/reveal":                         guard.Instructor,
	"PUT /api/v1/room/view":                            guard.Instructor,
	"DELETE /api/v1/room":                              guard.Instructor,
	"POST /api/v1/lessons/{lesson}/steps/{step}/do":    guard.Instructor,
	"POST /api/v1/lessons/{lesson}/steps/{step}/solve": guard.Instructor,
	"POST /api/v1/lessons/{lesson}/steps/{step}/reset": guard.Instructor,
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// A sender is somebody with or without a token.
type sender struct {
	name  string
	token string
	role  guard.Role
}

var senders = []sender{
	{"nobody", "", guard.Anyone},
	{"a wrong token", "wrong-0123456789abcdef", guard.Anyone},
	{"the viewer", tokens.Viewer, guard.Viewer},
	{"the instructor", tokens.Instructor, guard.Instructor},
}

// An origin is where a browser says the request comes from.
type origin struct {
	name    string
	set     func(*http.Request)
	foreign bool
	host    bool // the Host is foreign
}

var origins = []origin{
	{name: "no browser", set: func(*http.Request) {}},
	{name: "our page", set: func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }},
	{name: "another site", set: func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, foreign: true},
	{name: "another site, old browser", set: func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, foreign: true},
	{name: "a rebound name", set: func(r *http.Request) { r.Host = "evil.example" }, host: true},
}

func TestRolesByMethods(t *testing.T) {
	s := newServer(t)
	for _, route := range s.web.Routes() {
		need, ok := needs[route.Pattern]
		if !ok {
			t.Errorf("%s has no entry in the table of who may: add one", route.Pattern)
			continue
		}
		if route.Need != need {
			t.Errorf("%s needs %v, want %v", route.Pattern, route.Need, need)
		}
		for _, method := range methods {
			for _, who := range senders {
				for _, from := range origins {
					checkRefusal(t, s, route.Pattern, method, who, from)
				}
			}
		}
	}
	if len(s.web.Routes()) != len(needs) {
		t.Errorf("the table of who may has %d entries, there are %d routes", len(needs), len(s.web.Routes()))
	}
}

// checkRefusal sends one request and compares whether it was refused, and how.
func checkRefusal(t *testing.T, s *testServer, pattern, method string, who sender, from origin) {
	t.Helper()
	_, template, cut := strings.Cut(pattern, " ")
	if !cut {
		template = "/nothing/here"
	}
	path := strings.NewReplacer("{$}", "", "{id}", "404", "{version}", "0", "{path...}", "none.js", "{base}", "404", "{head}", "405", "{view...}", "top", "{lesson}", "none", "{step}", "none").Replace(template)
	req := httptest.NewRequest(method, "http://"+s.Listener.Addr().String()+path, nil)
	if who.token != "" {
		req.Header.Set("Authorization", "Bearer "+who.token)
	}
	from.set(req)
	w := httptest.NewRecorder()
	s.web.ServeHTTP(w, req)

	// The route that takes this method at this path decides what is needed; a
	// method that none takes is 404 or 405 for everyone.
	served := method
	if method == "HEAD" {
		served = "GET"
	}
	need, ok := needs[served+" "+template]
	if !ok && template == "/api/v1/snapshots/upload" {
		need = needs[served+" /api/v1/snapshots/{id}"] // which takes it for an id
	}
	safe := served == "GET" || method == "OPTIONS"
	want := 0
	switch {
	case from.host:
		want = http.StatusMisdirectedRequest
	case from.foreign && !safe:
		want = http.StatusForbidden
	case who.role >= need:
	case who.role == guard.Anyone:
		want = http.StatusUnauthorized
	default:
		want = http.StatusForbidden
	}
	refused := w.Code == 401 || w.Code == 403 || w.Code == 421
	if template == "/ws" && served == "GET" && want == 0 && req.Header.Get("Origin") != "" {
		want = http.StatusForbidden // the one GET that must not come from elsewhere
	}
	if pattern == "POST /session" && method == "POST" && w.Code == 401 {
		return // the form itself says that the token is missing
	}
	if want == 0 && refused || want != 0 && w.Code != want {
		t.Errorf("%s %s by %s from %s: status %d, want %d (0: not refused)", method, path, who.name, from.name, w.Code, want)
	}
}

func TestRefusalsComeInOrder(t *testing.T) {
	s := newServer(t)
	tests := []struct {
		name   string
		path   string
		change func(*http.Request)
		want   int
	}{
		{"a foreign Host comes before a missing token", "/api/v1/state", func(r *http.Request) { r.Host = "evil.example" }, 421},
		{"a missing token before a missing page", "/snapshots", nil, 401},
		{"a viewer's token before the role", "/debug/self", bearer(tokens.Viewer), 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := s.send(t, "GET", tt.path, tt.change)
			if resp.StatusCode != tt.want {
				t.Errorf("status %d, want %d: %s", resp.StatusCode, tt.want, body)
			}
			if resp.Header.Get("Location") != "" {
				t.Errorf("a refusal redirects to %s", resp.Header.Get("Location"))
			}
		})
	}
}

func TestPprofAsksForBasicAuthAndTakesTheTokenAsPassword(t *testing.T) {
	s := newServer(t)
	resp, _ := s.send(t, "GET", "/debug/pprof/heap", nil)
	if got := resp.Header.Get("WWW-Authenticate"); resp.StatusCode != 401 || !strings.HasPrefix(got, "Basic ") {
		t.Errorf("status %d, WWW-Authenticate %q: want 401 and Basic", resp.StatusCode, got)
	}
	resp, _ = s.send(t, "GET", "/debug/pprof/heap", func(r *http.Request) { r.SetBasicAuth("leakline", tokens.Viewer) })
	if resp.StatusCode != 403 {
		t.Errorf("status %d with the viewer's token, want 403", resp.StatusCode)
	}
	// The checker of this server is not running: the guard let it through.
	resp, body := s.send(t, "GET", "/debug/pprof/heap", func(r *http.Request) { r.SetBasicAuth("leakline", tokens.Instructor) })
	if resp.StatusCode != 503 {
		t.Errorf("status %d with the instructor's token, want 503: %s", resp.StatusCode, body)
	}
}

// hangCanary hangs something on the default mux, which takes a path once.
var hangCanary = sync.OnceFunc(func() {
	http.HandleFunc("/default-mux-canary", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
})

func TestDefaultMuxIsNotServed(t *testing.T) {
	hangCanary()
	s := newServer(t)
	resp, _ := s.send(t, "GET", "/default-mux-canary", bearer(tokens.Instructor))
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("what hangs on the default mux is answered %d, want 404", resp.StatusCode)
	}
}

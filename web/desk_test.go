package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/web/guard"
)

// A signedIn browser.
type signedIn struct {
	s      *testServer
	cookie *http.Cookie
}

func (s *testServer) signIn(t *testing.T, token string) *signedIn {
	t.Helper()
	resp, body := s.send(t, "GET", "/?token="+url.QueryEscape(token), func(r *http.Request) { r.Header.Set("Accept", "text/html") })
	if len(resp.Cookies()) != 1 {
		t.Fatalf("signing in: status %d, %s", resp.StatusCode, body)
	}
	return &signedIn{s, resp.Cookies()[0]}
}

// ask sends a request past the contract, which knows no cookies.
func (b *signedIn) ask(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+b.s.Listener.Addr().String()+path, strings.NewReader(body))
	r.AddCookie(b.cookie)
	if strings.HasPrefix(path, "/api/") {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "text/html")
	}
	w := httptest.NewRecorder()
	b.s.web.ServeHTTP(w, r)
	return w
}

type desk struct{ Taken, Yours bool }

func (b *signedIn) desk(t *testing.T) (d desk) {
	t.Helper()
	w := b.ask("GET", "/api/v1/desk", "")
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		t.Fatalf("desk: %s", w.Body)
	}
	return d
}

// Whoever changes something first has the desk; every other change that needs
// the instructor is refused to others, whatever route it is, and nothing else.
func TestOneInstructorAtATime(t *testing.T) {
	s := newServer(t)
	anna, ben, viewer := s.signIn(t, tokens.Instructor), s.signIn(t, tokens.Instructor), s.signIn(t, tokens.Viewer)
	if w := anna.ask("PUT", "/api/v1/load", `{"rps":5}`); w.Code != 200 {
		t.Fatalf("the first change: %d %s", w.Code, w.Body)
	}
	if a, b := anna.desk(t), ben.desk(t); a != (desk{true, true}) || b != (desk{true, false}) {
		t.Errorf("anna sees %+v, ben %+v", a, b)
	}
	const refusal = "another instructor has the desk since"
	fill := strings.NewReplacer("{$}", "", "{id}", "404", "{version}", "0", "{path...}", "none.js", "{base}", "404", "{head}", "405", "{view...}", "top", "{lesson}", "none", "{step}", "none")
	refused := 0
	for _, route := range s.web.Routes() {
		method, path, cut := strings.Cut(route.Pattern, " ")
		if !cut || route.Pattern == "GET /ws" {
			continue
		}
		changes := route.Need == guard.Instructor && method != "GET" && !strings.HasSuffix(path, "/desk")
		for name, who := range map[string]*signedIn{"ben": ben, "a viewer": viewer} {
			if name == "ben" && strings.HasSuffix(path, "/desk") {
				continue // below
			}
			w := who.ask(method, fill.Replace(path), "{}")
			if got := w.Code == 409 && strings.Contains(w.Body.String(), refusal); got != (changes && name == "ben") {
				t.Errorf("%s by %s: %d %.200s, want refused for the desk = %v", route.Pattern, name, w.Code, w.Body, changes && name == "ben")
			}
			if changes && name == "ben" {
				refused++
			}
		}
	}
	if refused < 15 {
		t.Errorf("%d changes were tried, want every one that the instructor has", refused)
	}
	s.do(t, call{method: "PUT", path: "load", body: `{"rps":6}`, says: `"rps":6`}) // a script
	if w := anna.ask("PUT", "/api/v1/load", `{"rps":7}`); w.Code != 200 {
		t.Errorf("anna, beside a script: %d %s", w.Code, w.Body)
	}
}

func TestTheDeskIsTakenOverByPageAndByScript(t *testing.T) {
	s := newServer(t)
	anna, ben := s.signIn(t, tokens.Instructor), s.signIn(t, tokens.Instructor)
	offers := func(b *signedIn) bool {
		return strings.Contains(b.ask("GET", "/snapshots?x=1", "").Body.String(), `action="/desk"`)
	}
	if offers(anna) || offers(ben) {
		t.Error("a free desk is offered for taking over")
	}
	anna.ask("PUT", "/api/v1/load", `{"rps":5}`)
	if offers(anna) || !offers(ben) {
		t.Error("who has not got the desk is not offered it, or who has it is")
	}
	w := ben.ask("POST", "/desk", url.Values{"next": {"/snapshots?x=1"}}.Encode())
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/snapshots?x=1" {
		t.Errorf("the form: %d to %q, want 303 back to the page", w.Code, w.Header().Get("Location"))
	}
	if !offers(anna) || offers(ben) || !ben.desk(t).Yours {
		t.Error("who took over has not got the desk")
	}
	if w := ben.ask("POST", "/desk", "next=https://evil.example/"); w.Header().Get("Location") != "/" {
		t.Errorf("the form leads to %q", w.Header().Get("Location"))
	}
	if w := anna.ask("POST", "/api/v1/desk", ""); w.Code != 200 || !anna.desk(t).Yours {
		t.Errorf("over the API: %d %s", w.Code, w.Body)
	}
	s.do(t, call{path: "desk", says: `"taken":true,"yours":false`})
	s.do(t, call{method: "POST", path: "desk", status: 409, says: "a script needs none"})
}

// Whoever has the live page open is there, though nothing is pressed.
func TestAnOpenPageHoldsTheDesk(t *testing.T) {
	s := newServer(t)
	anna := s.signIn(t, tokens.Instructor)
	header := http.Header{"Cookie": {anna.cookie.String()}, "Origin": {s.URL}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/ws", header)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, _, err := conn.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	if got := s.web.DeskStreams(); got != 1 {
		t.Errorf("%d streams of instructors, want 1", got)
	}
	conn.Close()
	until(t, "the stream to end", func() bool { return s.web.DeskStreams() == 0 })
	if fmt.Sprint(anna.desk(t)) != fmt.Sprint(desk{}) {
		t.Error("looking takes the desk")
	}
}

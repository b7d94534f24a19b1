package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web"
	"github.com/leakline/leakline/web/audit"
	"github.com/leakline/leakline/web/guard"
)

func entries(t *testing.T, s *testServer) []audit.Entry {
	t.Helper()
	_, body := s.send(t, "GET", "/api/v1/audit", bearer(tokens.Instructor))
	var log struct{ Entries []audit.Entry }
	if err := json.Unmarshal([]byte(body), &log); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return log.Entries
}

func TestWhoDidWhat(t *testing.T) {
	s := newServer(t)
	anna := s.signIn(t, tokens.Instructor)
	viewer := s.signIn(t, tokens.Viewer)
	anna.ask("PUT", "/api/v1/load", `{"rps":5,"risky_share":0.25}`)
	s.do(t, call{method: "PUT", path: "strategy", body: `{"name":"list-scan"}`})
	s.do(t, call{method: "PUT", path: "strategy", body: `{"name":"magic"}`, status: 404})
	viewer.ask("POST", "/api/v1/gc", "")
	anna.ask("POST", "/api/v1/lessons/identify-the-leak/steps/the-pattern/do", `{"action":1}`)
	anna.ask("PUT", "/api/v1/cover", `{"covered":true}`)
	anna.ask("PUT", "/api/v1/cover", `{"covered":false}`)
	anna.ask("PUT", "/api/v1/room/view", `{"presenting":true,"lesson":"identify-the-leak","step":"the-pattern"}`)
	anna.ask("PUT", "/api/v1/room/view", `{"live":{"window":"5m"}}`)
	anna.ask("PUT", "/api/v1/room/view", `{"lesson":"identify-the-leak","step":"the-pattern"}`)
	anna.ask("PUT", "/api/v1/room/view", `{"Presenting":false}`)
	viewer.ask("PUT", "/api/v1/room/view", `{"live":{"window":"5m"}}`)
	anna.ask("PUT", "/api/v1/room/view", `{"presenting":false`+strings.Repeat(" ", 5000)+`}`)
	anna.ask("GET", "/api/v1/state", "")
	anna.ask("GET", "/debug/pprof/heap", "")
	viewer.ask("GET", "/api/v1/snapshots/7/profile.pb.gz", "")
	s.send(t, "GET", "/api/v1/state", bearer("wrong-0123456789abcdef"))
	s.send(t, "GET", "/api/v1/state", nil)

	got := entries(t, s)
	var said []string
	for i, e := range got {
		if e.Seq != uint64(len(got)-i) || e.Time.IsZero() || e.Remote == "" {
			t.Errorf("entry %+v in place %d of %d", e, i, len(got))
		}
		who := e.Session
		if who != "" && who != "script" {
			who = fmt.Sprint(len(who)) + " characters"
		}
		said = append([]string{strings.Join([]string{e.Role, who, e.Did, e.With, fmt.Sprint(e.Status)}, "|")}, said...)
	}
	want := []string{
		"instructor|6 characters|sign in by link||303",
		"viewer|6 characters|sign in by link||303",
		"instructor|6 characters|PUT /api/v1/load|rps=5 risky_share=0.25|200",
		"instructor|script|PUT /api/v1/strategy|name=list-scan|200",
		"instructor|script|PUT /api/v1/strategy||404",
		"viewer|6 characters|POST /api/v1/gc||403",
		"instructor|6 characters|POST /api/v1/lessons/{lesson}/steps/{step}/do|lesson=identify-the-leak step=the-pattern action=1 (Load 100/s)|200",
		"instructor|6 characters|PUT /api/v1/cover|covered=true|200",
		"instructor|6 characters|PUT /api/v1/cover|covered=false|200",
		"instructor|6 characters|PUT /api/v1/room/view|lesson=identify-the-leak step=the-pattern presenting=true|200",
		"instructor|6 characters|PUT /api/v1/room/view|presenting=false|200",
		"instructor|6 characters|PUT /api/v1/room/view||200",
		"instructor|6 characters|GET /debug/pprof/||503",
		"viewer|6 characters|GET /api/v1/snapshots/{id}/profile.pb.gz||404",
		"anyone||GET /api/v1/state|a wrong token|401",
	}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log says\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	page := anna.ask("GET", "/audit", "").Body.String()
	for _, part := range []string{"PUT /api/v1/strategy", "name=list-scan", got[len(got)-1].Session} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not say %q", part)
		}
	}
}

// Whoever guesses cannot push out what others did.
func TestGuessesDoNotFillTheLog(t *testing.T) {
	s := newServer(t)
	s.do(t, call{method: "PUT", path: "load", body: `{"rps":5}`})
	for range 300 {
		s.send(t, "GET", "/api/v1/state", bearer("wrong-0123456789abcdef"))
	}
	got := entries(t, s)
	if len(got) > 50 || got[len(got)-1].Did != "PUT /api/v1/load" {
		t.Errorf("%d entries, the oldest %+v: want some and the change", len(got), got[len(got)-1])
	}
}

// Tokens and sessions in whatever part of a request are in no log.
func TestNoSecretIsInALog(t *testing.T) {
	s := newServer(t)
	dir := t.TempDir()
	var said bytes.Buffer // written to by this goroutine alone: requests are served in turn
	doors, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{"127.0.0.1:7070"}, Guesses: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	log := audit.Open(filepath.Join(dir, "audit.jsonl"))
	server, err := web.New(web.Config{
		API: s.api, Guard: doors, Audit: log, Log: slog.New(slog.NewJSONHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	cookies := map[string]*http.Cookie{}
	secrets := []string{tokens.Instructor, tokens.Viewer}
	for _, token := range []string{tokens.Instructor, tokens.Viewer} {
		w := httptest.NewRecorder()
		sender, err := doors.SignIn(w, httptest.NewRequest("GET", "/", nil), token)
		if err != nil {
			t.Fatal(err)
		}
		cookies[token] = w.Result().Cookies()[0]
		secrets = append(secrets, cookies[token].Value, sender.Session)
	}
	fill := func(pattern, with string) string {
		return strings.NewReplacer("{$}", "", "{id}", with, "{version}", with, "{path...}", with, "{base}", with, "{head}", with, "{view...}", with, "{lesson}", with, "{step}", with).Replace(pattern)
	}
	ways := []func(r *http.Request, token string){
		func(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) },
		func(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token+"x") },
		func(r *http.Request, token string) { r.SetBasicAuth(token, token) },
		func(r *http.Request, token string) { r.AddCookie(cookies[token]) },
		func(r *http.Request, token string) {
			r.AddCookie(cookies[token])
			r.URL.RawQuery = url.Values{"token": {token}, "target": {token}, "sample": {token}, "window": {token}, "base": {token}}.Encode()
			r.Header.Set("Accept", "text/html")
		},
		func(r *http.Request, token string) {
			r.AddCookie(cookies[token])
			r.Header.Set("Referer", "http://127.0.0.1:7070/?token="+token)
			r.Header.Set("User-Agent", token)
			r.Header.Set("X-Forwarded-For", token)
		},
	}
	bodies := []func(token string) (contentType, body string){
		func(token string) (string, string) {
			return "application/json", `{"name":"` + token + `","label":"` + token + `","kind":"` + token + `"}`
		},
		func(token string) (string, string) { return "application/json", `{"` + token + `":1}` },
		func(token string) (string, string) {
			return "application/x-www-form-urlencoded", "token=" + token + "x&next=/" + token
		},
		func(token string) (string, string) { return "text/" + token, token },
	}
	for _, route := range server.Routes() {
		method, path, cut := strings.Cut(route.Pattern, " ")
		if !cut {
			method, path = "PATCH", "/nothing/{id}"
		}
		if path == "/ws" {
			continue // no upgrade without a connection; its refusals go the same way
		}
		for _, token := range []string{tokens.Instructor, tokens.Viewer} {
			for _, way := range ways {
				for _, body := range bodies {
					contentType, content := body(token)
					r := httptest.NewRequest(method, "http://127.0.0.1:7070"+fill(path, token), strings.NewReader(content))
					r.Header.Set("Content-Type", contentType)
					way(r, token)
					server.ServeHTTP(httptest.NewRecorder(), r)
					if method == "GET" {
						break // its body is not looked at
					}
				}
			}
		}
	}
	file, err := os.ReadFile(filepath.Join(dir, "audit.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if len(file) == 0 || said.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	kept, err := json.Marshal(log.Newest(5000))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"slog": said.String(), "audit.jsonl": string(file), "the ring": string(kept)} {
		for i, secret := range secrets {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s holds secret %d: %q", name, i, text[max(0, at-200):at+40])
			}
		}
	}
}

func TestAFullDiskIsShown(t *testing.T) {
	s := newServer(t)
	doors, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{"127.0.0.1:7070"}})
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Config{
		API: s.api, Guard: doors, Audit: audit.Open(filepath.Join(t.TempDir(), "gone", "audit.jsonl")), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) (int, string) {
		r := httptest.NewRequest(method, "http://127.0.0.1:7070"+path, strings.NewReader(body))
		bearer(tokens.Instructor)(r)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		all, _ := io.ReadAll(w.Result().Body)
		return w.Code, string(all)
	}
	if code, body := ask("PUT", "/api/v1/load", `{"rps":5}`); code != 200 {
		t.Fatalf("a change while the log cannot be written: %d %s", code, body)
	}
	for path, part := range map[string]string{
		"/audit": "not being written to disk", "/debug/self": "cannot be written", "/api/v1/audit": `"failing":true`,
	} {
		if _, body := ask("GET", path, ""); !strings.Contains(body, part) {
			t.Errorf("%s does not say %q", path, part)
		}
	}
}

// The stacks of many goroutines are taken while the process stands still.
func TestManyGoroutinesAreAskedForTwice(t *testing.T) {
	s := newServer(t)
	ask := func(path string) (int, string) {
		resp, body := s.send(t, "GET", "/debug/pprof/"+path, bearer(tokens.Instructor))
		return resp.StatusCode, body
	}
	r := profiler.NewReading(time.Now(), 1)
	for _, tt := range []struct {
		goroutines float64
		path       string
		want       int // 503: it would be asked of the patient, which is not there
	}{
		{10_000, "goroutine?debug=2", 503}, {10_001, "goroutine?debug=2", 409}, {10_001, "goroutine?debug=2&confirm=1", 503}, {10_001, "heap", 503},
	} {
		r.At = r.At.Add(100 * time.Millisecond)
		r.Set(profiler.Goroutines, tt.goroutines)
		s.lab.Watch().Series().Append(r)
		if status, body := ask(tt.path); status != tt.want || status == 409 && !strings.Contains(body, "confirm=1") {
			t.Errorf("%s with %.0f goroutines: %d %s, want %d", tt.path, tt.goroutines, status, body, tt.want)
		}
	}
}

func TestWhatPprofHandsOut(t *testing.T) {
	s := newServer(t)
	for _, tt := range []struct {
		path   string
		status int // 503: it would be asked of the patient, which is not there
		says   string
	}{
		{"heap?gc=1&debug=1", 503, ""},
		{"", 503, ""},
		{"profile?seconds=30", 503, ""},
		{"goroutine?debug=2", 503, ""},
		{"cmdline", 404, "no profile of that name"},
		{"../../etc/passwd", 404, ""},
		{"profile?seconds=31", 400, "0 to 30"},
		{"trace?seconds=1e9", 400, "0 to 30"},
		{"profile?seconds=-1", 400, "0 to 30"},
		{"heap?debug=x", 400, "0 to 2"},
	} {
		resp, body := s.send(t, "GET", "/debug/pprof/"+tt.path, bearer(tokens.Instructor))
		if resp.StatusCode != tt.status && resp.StatusCode != 307 || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s, want %d and %q", tt.path, resp.StatusCode, body, tt.status, tt.says)
		}
	}
}

package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// html is what browsers send when a person opens a page.
func html(r *http.Request) { r.Header.Set("Accept", "text/html,application/xhtml+xml") }

func asInstructor(r *http.Request) {
	html(r)
	bearer(tokens.Instructor)(r)
}

func TestLinkBecomesACookieAndLeavesTheAddress(t *testing.T) {
	s := newServer(t)
	resp, _ := s.send(t, "GET", "/snapshots?sort=age&token="+tokens.Viewer, html)
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/snapshots?sort=age" {
		t.Fatalf("status %d to %q, want 303 to /snapshots?sort=age", resp.StatusCode, resp.Header.Get("Location"))
	}
	cookies := resp.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies, want 1", len(cookies))
	}
	c := cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
		t.Errorf("cookie %+v: want HttpOnly, SameSite=Lax, Path=/", c)
	}
	resp, _ = s.send(t, "GET", "/snapshots", func(r *http.Request) { html(r); r.AddCookie(c) })
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d with the cookie, want 200", resp.StatusCode)
	}
}

func TestWrongTokens(t *testing.T) {
	s := newServer(t)
	resp, body := s.send(t, "GET", "/?token=wrong-0123456789abcdef", html)
	if resp.StatusCode != 401 || len(resp.Cookies()) != 0 || strings.Contains(body, "wrong-0123456789abcdef") {
		t.Errorf("status %d, cookies %v: want 401, none, and the token not repeated", resp.StatusCode, resp.Cookies())
	}
	resp, _ = s.send(t, "POST", "/session", func(r *http.Request) {
		html(r)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = http.NoBody
	})
	if resp.StatusCode != 401 {
		t.Errorf("status %d for a form without a token, want 401", resp.StatusCode)
	}
}

func TestRedirectsStayHere(t *testing.T) {
	s := newServer(t)
	for _, next := range []string{"//evil.example", "https://evil.example/", `/\evil.example`, "evil", ""} {
		body := "token=" + tokens.Viewer + "&next=" + next
		req, _ := http.NewRequest("POST", s.URL+"/session", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Location"); got != "/" {
			t.Errorf("next=%q leads to %q, want /", next, got)
		}
	}
}

func TestOnlyTheLargeViewHasItsStyles(t *testing.T) {
	s := newServer(t)
	for path, want := range map[string]bool{"/": false, "/?view=room": true, "/snapshots?view=room": false} {
		if _, body := s.send(t, "GET", path, asInstructor); strings.Contains(body, "css/large.css") != want {
			t.Errorf("%s links large.css: %v, want %v", path, !want, want)
		}
	}
}

func TestPagesMakeSenseBeforeScripts(t *testing.T) {
	s := newServer(t)
	for _, path := range []string{"/", "/snapshots", "/diff", "/debug/self", "/nothing", "/diff?base=1&head=2"} {
		resp, body := s.send(t, "GET", path, asInstructor)
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: content type %q, want a page", path, resp.Header.Get("Content-Type"))
		}
		for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"} {
			if resp.Header.Get(h) == "" {
				t.Errorf("%s: no %s", path, h)
			}
		}
		if strings.Count(body, "<h1") != 1 || strings.Contains(body, "style=\"") || strings.Contains(body, " onclick=") {
			t.Errorf("%s: want one heading and nothing inline", path)
		}
	}
}

func TestAssetsAreKeptForEverAndOnlyUnderTheirHash(t *testing.T) {
	s := newServer(t)
	_, page := s.send(t, "GET", "/", asInstructor)
	_, rest, ok := strings.Cut(page, `src="/static/`)
	if !ok {
		t.Fatal("the page names no script")
	}
	path := "/static/" + rest[:strings.IndexByte(rest, '"')]
	resp, body := s.send(t, "GET", path, nil)
	if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") || body == "" {
		t.Errorf("%s: status %d, %q, %d bytes", path, resp.StatusCode, resp.Header.Get("Cache-Control"), len(body))
	}
	if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
		t.Errorf("%s: content type %q, want text/javascript", path, got)
	}
	for _, bad := range []string{"/static/0000/js/main.js", "/static/" + strings.Split(path, "/")[2] + "/static.go"} {
		if resp, _ := s.send(t, "GET", bad, nil); resp.StatusCode != 404 {
			t.Errorf("%s: status %d, want 404", bad, resp.StatusCode)
		}
	}
}

func TestWrongMethodIsNamed(t *testing.T) {
	s := newServer(t)
	resp, body := s.send(t, "POST", "/api/v1/state", bearer(tokens.Instructor))
	if resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("status %d, Allow %q: want 405 and GET, HEAD: %s", resp.StatusCode, resp.Header.Get("Allow"), body)
	}
}

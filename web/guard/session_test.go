package guard_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/web/guard"
)

// signIn returns the cookie that a token gives, to a browser that has one
// already or to a new one.
func signIn(t *testing.T, g *guard.Guard, token string, had ...*http.Cookie) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if _, err := g.SignIn(w, with(had...), token); err != nil {
		t.Fatalf("SignIn refuses a token: %v", err)
	}
	return w.Result().Cookies()[0]
}

func with(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "http://127.0.0.1:7070/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

func TestCookieGivesTheRoleOfItsToken(t *testing.T) {
	g := newGuard(t)
	seen := map[string]bool{}
	for want, token := range map[guard.Role]string{guard.Viewer: tokens.Viewer, guard.Instructor: tokens.Instructor} {
		for range 2 {
			cookie := signIn(t, g, token)
			got := g.SenderOf(with(cookie))
			if got.Role != want || got.Session == "" || seen[got.Session] {
				t.Errorf("SenderOf = %+v, want %v and a session of its own", got, want)
			}
			seen[got.Session] = true
			raw, _ := base64.RawURLEncoding.DecodeString(cookie.Value)
			if strings.Contains(string(raw), token) || strings.Contains(cookie.Value, token) {
				t.Error("the cookie contains the token")
			}
		}
	}
	w := httptest.NewRecorder()
	if _, err := g.SignIn(w, with(), "wrong-0123456789abcdef"); !errors.Is(err, guard.ErrNobody) || len(w.Result().Cookies()) != 0 {
		t.Errorf("SignIn takes a wrong token: %v", err)
	}
}

func TestASessionStaysWithItsBrowser(t *testing.T) {
	g := newGuard(t)
	first := signIn(t, g, tokens.Viewer)
	second := signIn(t, g, tokens.Instructor, first)
	was, is := g.SenderOf(with(first)), g.SenderOf(with(second))
	if is.Session != was.Session || is.Role != guard.Instructor {
		t.Errorf("signed in again: %+v, was %+v", is, was)
	}
	if got := newGuard(t).SenderOf(with(second)); got != is {
		t.Errorf("after a restart with the same tokens: %+v, was %+v", got, is)
	}
	script := with()
	script.Header.Set("Authorization", "Bearer "+tokens.Instructor)
	if got := g.SenderOf(script); got.Session != "" {
		t.Errorf("a script has the session %q", got.Session)
	}
}

func TestForgedSessionsAreNobody(t *testing.T) {
	g := newGuard(t)
	good := signIn(t, g, tokens.Viewer)
	raw, err := base64.RawURLEncoding.DecodeString(good.Value)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			forged := append([]byte(nil), raw...)
			forged[i] ^= 1 << bit
			c := *good
			c.Value = base64.RawURLEncoding.EncodeToString(forged)
			if got := g.SenderOf(with(&c)); got != (guard.Sender{}) {
				t.Fatalf("bit %d of byte %d turned: %+v", bit, i, got)
			}
		}
	}
	for name, value := range map[string]string{
		"empty": "", "shorter": good.Value[:20], "longer": good.Value + "AAAA", "not base64": "%%%",
		"the token, as an older release had it": base64.RawURLEncoding.EncodeToString([]byte(tokens.Instructor)),
	} {
		c := *good
		c.Value = value
		if got := g.SenderOf(with(&c)); got != (guard.Sender{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheRoomsDoorKnowsNoInstructor(t *testing.T) {
	room, err := guard.New(guard.Config{Tokens: tokens, ViewerOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(t)
	if got := room.SenderOf(with(signIn(t, g, tokens.Instructor))); got.Role != guard.Anyone {
		t.Errorf("the instructor's session is %v there", got.Role)
	}
	if got := room.SenderOf(with(signIn(t, g, tokens.Viewer))); got.Role != guard.Viewer {
		t.Errorf("a viewer's session is %v there", got.Role)
	}
}

func TestSessionsEnd(t *testing.T) {
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	g, err := guard.New(guard.Config{Tokens: tokens, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	cookie := signIn(t, g, tokens.Viewer)
	renewed := func() []*http.Cookie {
		w := httptest.NewRecorder()
		g.Renew(w, with(cookie))
		return w.Result().Cookies()
	}
	if got := renewed(); len(got) != 0 {
		t.Error("a fresh session is renewed")
	}
	now = now.Add(4 * 24 * time.Hour)
	fresh := renewed()
	if len(fresh) != 1 {
		t.Fatal("a session past its half is not renewed")
	}
	was := g.SenderOf(with(cookie))
	now = now.Add(4 * 24 * time.Hour)
	if got := g.SenderOf(with(cookie)); got.Role != guard.Anyone {
		t.Errorf("after eight days: %+v", got)
	}
	if got := g.SenderOf(with(fresh[0])); got != was {
		t.Errorf("renewed: %+v, was %+v", got, was)
	}
	if got := renewed(); len(got) != 0 {
		t.Error("what has ended is renewed")
	}
}

func TestWrongTokensAreCountedAndRightOnesNeverWait(t *testing.T) {
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	g, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{"127.0.0.1:7070"}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	check := func(change func(*http.Request)) error {
		r := with()
		change(r)
		_, err := g.Check(r, guard.Viewer)
		return err
	}
	guess := func(r *http.Request) { r.Header.Set("Authorization", "Bearer wrong-0123456789abcdef") }
	right := func(r *http.Request) { r.SetBasicAuth("", tokens.Viewer) }
	for round := range 3 {
		for i := range 10 {
			if err := check(guess); !errors.Is(err, guard.ErrNobody) {
				t.Fatalf("round %d: wrong token %d: %v, want ErrNobody", round, i+1, err)
			}
		}
		for range 100 {
			if err := check(guess); !errors.Is(err, guard.ErrGuess) {
				t.Fatalf("round %d: the eleventh wrong token: %v, want ErrGuess", round, err)
			}
		}
		if _, err := g.SignIn(httptest.NewRecorder(), with(), "wrong-0123456789abcdef"); !errors.Is(err, guard.ErrGuess) {
			t.Errorf("a wrong link: %v, want ErrGuess", err)
		}
		if err := check(right); err != nil {
			t.Errorf("the right token: %v", err)
		}
		if _, err := g.SignIn(httptest.NewRecorder(), with(), tokens.Viewer); err != nil {
			t.Errorf("the right link: %v", err)
		}
		if err := check(func(*http.Request) {}); !errors.Is(err, guard.ErrNobody) {
			t.Errorf("no token: %v, want ErrNobody", err)
		}
		now = now.Add(time.Second)
	}
}

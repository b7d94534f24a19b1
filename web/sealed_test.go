package web_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/lab/room"
)

// page returns a page as the browser is sent it.
func (b *browser) page(t *testing.T, path string) string {
	t.Helper()
	resp, err := b.client.Get(b.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v", path, resp.StatusCode, err)
	}
	return string(body)
}

// What is so is sent to nobody who has neither predicted nor been shown it,
// whoever it was that had the check hold.
func TestWhatIsSoWaitsForAPrediction(t *testing.T) {
	s := newServer(t)
	s.run(t)
	s.must(t, "PUT", "/api/v1/strategy", `{"name":"redis-sismember"}`)
	const lessonPage, place = "/learn/identify-the-leak", "identify-the-leak/quick-check"
	const check, right = "lessons/identify-the-leak/steps/quick-check/check", `"right":[1,1,1,1,1]`
	until(t, "the check holds, and tells the instructor's script", func() bool {
		return strings.Contains(s.must(t, "POST", "/api/v1/"+check, ""), right)
	})
	ada, eve, guide := s.browser(t, tokens.Viewer), s.browser(t, tokens.Viewer), s.browser(t, tokens.Instructor)
	opened := func(b *browser) bool {
		t.Helper()
		told, shown := b.must(t, "POST", check, ""), b.page(t, lessonPage)
		open := strings.Contains(told, right)
		if sealed := strings.Contains(told, `"ok":true,"sealed":true`) && strings.Contains(told, `"right":[],"figures":{}`); open == sealed {
			t.Errorf("the check says %s", told)
		}
		want := map[bool]int{true: 1}[open] // that step, and no other
		for _, part := range []string{"What we measured", "reachable and no longer needed</b>", "local-snapshot does that"} {
			if n := strings.Count(shown, part); n != want {
				t.Errorf("open %v: the page says %q %d times", open, part, n)
			}
		}
		return open
	}
	if opened(ada) || opened(guide) {
		t.Error("it is sent to who has predicted nothing")
	}
	if _, told := s.send(t, "POST", "/api/v1/"+check, bearer(tokens.Viewer)); strings.Contains(told, right) {
		t.Error("it is sent to a viewer's script")
	}
	ada.must(t, "PUT", "room/me/answers/"+place, `{"answers":["1","1","0","1","1"]}`)
	if !opened(ada) || opened(eve) {
		t.Error("it is not sent to who has predicted, and to nobody else")
	}
	guide.must(t, "POST", "room/reveal", `{"lesson":"identify-the-leak","step":"quick-check"}`)
	if !opened(eve) || !opened(guide) {
		t.Error("it is not sent to all once the step is revealed")
	}
}

// What a blind lesson's patients have is sent to nobody who has not said what
// they expect.
func TestBlindAnswersWaitForAPrediction(t *testing.T) {
	s := newServer(t)
	const path, place = "/learn/is-it-a-leak", "/is-it-a-leak/patient-b"
	ada := s.browser(t, tokens.Viewer)
	page := func() string { return ada.page(t, path) }
	named := regexp.MustCompile(`audit-forever|local-snapshot|warm-cache|set-per-request|What we measured`)
	if found := named.FindString(page()); found != "" {
		t.Errorf("the page says %q before a prediction", found)
	}
	s.target.Room.Held(room.Place{Lesson: "is-it-a-leak", Step: "patient-b"}, time.Now(), nil)
	if found := named.FindString(page()); found != "" {
		t.Errorf("the page says %q when the check has held for somebody else", found)
	}
	ada.must(t, "PUT", "room/me/answers"+place, `{"answers":["0"]}`)
	if got := page(); !strings.Contains(got, "audit-forever") || strings.Contains(got, "warm-cache") {
		t.Error("after a prediction the page does not say what this patient has, and that one alone")
	}
}

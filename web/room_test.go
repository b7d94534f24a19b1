package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/leakline/leakline/lab/room"
)

// A browser keeps the cookie of a link.
type browser struct {
	*testServer
	client *http.Client
}

func (s *testServer) browser(t testing.TB, token string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{s, &http.Client{Jar: jar}}
	resp, err := b.client.PostForm(s.URL+"/session", url.Values{"token": {token}, "next": {"/healthz"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("signing in: %s", resp.Status)
	}
	return b
}

// do sends JSON and returns status and answer.
func (b *browser) do(t testing.TB, method, path, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequest(method, b.URL+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// must sends what has to succeed.
func (b *browser) must(t testing.TB, method, path, body string) string {
	t.Helper()
	status, answer := b.do(t, method, path, body)
	if status >= 300 {
		t.Fatalf("%s %s %s: status %d, %s", method, path, body, status, answer)
	}
	return answer
}

// sight is the room as the browser may see it.
func (b *browser) sight(t testing.TB) (s room.Sight) {
	t.Helper()
	if err := json.Unmarshal([]byte(b.must(t, "GET", "room", "")), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	answersPath = "room/me/answers/identify-the-leak/the-pattern"
	patternStep = `"lesson":"identify-the-leak","step":"the-pattern"`
)

func TestARoomOverTheAPI(t *testing.T) {
	s := newServer(t)
	ada, eve, guide := s.browser(t, tokens.Viewer), s.browser(t, tokens.Viewer), s.browser(t, tokens.Instructor)
	for _, tt := range []struct {
		name         string
		who          *browser
		method, path string
		body         string
		status       int
		says         string
	}{
		{"joining", ada, "PUT", "room/me", `{"name":" Ada ",` + patternStep + `}`, 200, `"me":{"name":"Ada","at":{"lesson":"identify-the-leak"`},
		{"a name of nothing", eve, "PUT", "room/me", `{"name":" "}`, 400, "1 to 40"},
		{"half a place", eve, "PUT", "room/me", `{"step":"x"}`, 400, "both"},
		{"a place there is not", eve, "PUT", "room/me", `{"lesson":"none","step":"x"}`, 404, "none"},
		{"locking", ada, "PUT", answersPath, `{"answers":["1"]}`, 200, `"answers":["1"]`},
		{"locking again", ada, "PUT", answersPath, `{"answers":["0"]}`, 409, "locked"},
		{"a choice there is not", eve, "PUT", answersPath, `{"answers":["9"]}`, 400, "0 to 2"},
		{"an answer too many", eve, "PUT", answersPath, `{"answers":["1","2"]}`, 400, "2 answers to 1 questions"},
		{"revealing what there is not", guide, "POST", "room/reveal", `{"lesson":"none","step":"x"}`, 404, "none"},
		{"revealing nothing", guide, "POST", "room/reveal", `{}`, 400, "lesson"},
		{"revealing by a viewer", eve, "POST", "room/reveal", `{` + patternStep + `}`, 403, "instructor"},
		{"presenting by a viewer", eve, "PUT", "room/view", `{"presenting":true}`, 403, "instructor"},
		{"resetting by a viewer", eve, "DELETE", "room", "", 403, "instructor"},
		{"private browsing", guide, "PUT", "room/view", `{` + patternStep + `}`, 200, `{"view":null}`},
		{"presenting", guide, "PUT", "room/view", `{"presenting":true,` + patternStep + `}`, 200, `"at":{"lesson":"identify-the-leak","step":"the-pattern"}`},
		{"a range", guide, "PUT", "room/view", `{"live":{"window":"1m","from":null,"to":null,"cursor":7}}`, 200, `"cursor":7`},
		{"an odd window", guide, "PUT", "room/view", `{"live":{"window":"2m"}}`, 400, "1m, 5m, 15m or 1h"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if status, answer := tt.who.do(t, tt.method, tt.path, tt.body); status != tt.status || !strings.Contains(answer, tt.says) {
				t.Errorf("status %d, %s: want %d with %s", status, answer, tt.status, tt.says)
			}
		})
	}
	before := guide.sight(t)
	guide.must(t, "DELETE", "room", "")
	if after := ada.sight(t); after.ID == before.ID || after.View != nil || after.Members != 0 {
		t.Errorf("after the reset Ada sees %+v", after)
	}
}

// What a class predicts is its own until it is revealed, and names are always.
func TestViewersSeeNoNamesAndNothingUnrevealed(t *testing.T) {
	s := newServer(t)
	ada, eve, guide := s.browser(t, tokens.Viewer), s.browser(t, tokens.Viewer), s.browser(t, tokens.Instructor)
	ada.must(t, "PUT", "room/me", `{"name":"Ada Lovelace"}`)
	ada.must(t, "PUT", answersPath, `{"answers":["2"]}`)

	if answer := eve.must(t, "GET", "room", ""); strings.Contains(answer, "Lovelace") || strings.Contains(answer, `"choices"`) || !strings.Contains(answer, `"answered":1`) {
		t.Errorf("a viewer is told %s", answer)
	}
	_, answer := s.send(t, "GET", "/api/v1/room", bearer(tokens.Viewer))
	if strings.Contains(answer, "Lovelace") || strings.Contains(answer, `"choices"`) || !strings.Contains(answer, `"me":null`) {
		t.Errorf("a script of a viewer is told %s", answer)
	}
	if answer := guide.must(t, "GET", "room", ""); !strings.Contains(answer, "Ada Lovelace") || !strings.Contains(answer, `"choices":[0,0,1]`) {
		t.Errorf("the instructor is told %s", answer)
	}
	guide.must(t, "POST", "room/reveal", `{`+patternStep+`}`)
	if answer := eve.must(t, "GET", "room", ""); strings.Contains(answer, "Lovelace") || !strings.Contains(answer, `"choices":[0,0,1]`) {
		t.Errorf("after the reveal a viewer is told %s", answer)
	}
}

func TestAScriptHasNoPlaceInTheRoom(t *testing.T) {
	s := newServer(t)
	for _, c := range []call{
		{method: "PUT", path: "room/me", body: `{"name":"Ada"}`},
		{method: "PUT", path: answersPath, body: `{"answers":["1"]}`},
		{method: "PUT", path: "room/view", body: `{"presenting":true}`},
	} {
		c.status, c.says = http.StatusConflict, "sign in with the link"
		s.do(t, c)
	}
	if got := s.target.Room.Usage().Members; got != 0 {
		t.Errorf("%d members, want none", got)
	}
}

// Frames go to everybody: nothing in them is another's.
func TestFramesOfTheRoomHoldWhatEverybodyMaySee(t *testing.T) {
	s := newServer(t)
	s.publishRoom(t)
	frames := s.follow(t)
	ada, guide := s.browser(t, tokens.Viewer), s.browser(t, tokens.Instructor)
	ada.must(t, "PUT", "room/me", `{"name":"Ada Lovelace"}`)
	ada.must(t, "PUT", answersPath, `{"answers":["2"]}`)
	seq := s.hub.Seq()
	until(t, "the answer is told", func() bool { return s.hub.Seq() > seq })
	seq = s.hub.Seq()
	guide.must(t, "POST", "room/reveal", `{`+patternStep+`}`)
	until(t, "the reveal is told", func() bool { return s.hub.Seq() > seq })
	s.hub.Close()
	all := <-frames
	for _, frame := range all {
		checkFrame(t, frame)
	}
	told := string(bytes.Join(all, nil))
	sealed, revealed, _ := strings.Cut(told, `"revealed":true`)
	if strings.Contains(told, "Lovelace") || strings.Contains(sealed, "choices") || !strings.Contains(revealed, `"choices":[0,0,1]`) {
		t.Errorf("the room is told %s", told)
	}
}

package guard_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/leakline/leakline/web/guard"
)

var tokens = guard.Tokens{Instructor: "instructor-0123456789", Viewer: "viewer-0123456789abc"}

func newGuard(t *testing.T) *guard.Guard {
	t.Helper()
	g, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{"127.0.0.1:7070", "localhost:7070"}})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTokens(t *testing.T) {
	long := strings.Repeat("x", 256)
	tests := []struct {
		name               string
		instructor, viewer string
		ok                 bool
	}{
		{"made by us", guard.NewToken(), guard.NewToken(), true},
		{"sixteen characters and 256", "0123456789abcdef", long, true},
		{"fifteen characters", "0123456789abcde", long, false},
		{"257 characters", long + "x", tokens.Viewer, false},
		{"a space", "0123456789 abcdef", long, false},
		{"a line break", "0123456789abcdef\n", long, false},
		{"not ASCII", "0123456789abcdéf", long, false},
		{"both the same", long, long, false},
		{"empty", "", tokens.Viewer, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := guard.Tokens{Instructor: tt.instructor, Viewer: tt.viewer}.Check()
			if (err == nil) != tt.ok {
				t.Errorf("Check() = %v, want ok = %v", err, tt.ok)
			}
			if err != nil && tt.instructor != "" && strings.Contains(err.Error(), tt.instructor) {
				t.Errorf("the error repeats the token: %v", err)
			}
		})
	}
}

func TestSenderOf(t *testing.T) {
	g := newGuard(t)
	tests := []struct {
		name          string
		authorization string
		want          guard.Role
	}{
		{"nothing", "", guard.Anyone},
		{"bearer of the viewer", "Bearer " + tokens.Viewer, guard.Viewer},
		{"bearer of the instructor", "Bearer " + tokens.Instructor, guard.Instructor},
		{"bearer in small letters is another scheme", "bearer " + tokens.Viewer, guard.Anyone},
		{"a prefix of the token", "Bearer " + tokens.Viewer[:15], guard.Anyone},
		{"the token and more", "Bearer " + tokens.Viewer + "x", guard.Anyone},
		{"empty bearer", "Bearer ", guard.Anyone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://127.0.0.1:7070/", nil)
			r.Header.Set("Authorization", tt.authorization)
			if got := g.SenderOf(r).Role; got != tt.want {
				t.Errorf("SenderOf = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSameOrigin(t *testing.T) {
	g := newGuard(t)
	tests := []struct {
		name          string
		origin        string
		authorization string
		want          bool
	}{
		{name: "our page", origin: "http://127.0.0.1:7070", want: true},
		{name: "our other name is another origin", origin: "http://localhost:7070"},
		{name: "another port", origin: "http://127.0.0.1:7071"},
		{name: "another scheme", origin: "https://127.0.0.1:7070"},
		{name: "another site", origin: "http://evil.example"},
		{name: "another site with our name as user", origin: "http://127.0.0.1:7070@evil.example"},
		{name: "our origin and more", origin: "http://127.0.0.1:7070/"},
		{name: "null, as sandboxed pages send", origin: "null"},
		{name: "no browser, with a token", authorization: "Bearer x", want: true},
		{name: "no origin and only a cookie"},
		{name: "another site with a token", origin: "http://evil.example", authorization: "Bearer x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "http://127.0.0.1:7070/ws", nil)
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			if tt.authorization != "" {
				r.Header.Set("Authorization", tt.authorization)
			}
			if got := g.SameOrigin(r); got != tt.want {
				t.Errorf("SameOrigin = %v, want %v", got, tt.want)
			}
		})
	}
}

package e2e_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRoomSeesAndNobodyInItMay(t *testing.T) {
	l := startLab(t, smallList, "--share", "127.0.0.1:0")
	if l.room == "" || l.room == l.base {
		t.Fatalf("room at %q beside %q: want an address of its own", l.room, l.base)
	}
	tests := []struct {
		name, method, path, token, host string
		want                            int
		says                            string
	}{
		{name: "a viewer sees the page, and what it is", method: "GET", path: "/", token: viewerToken, want: 200, says: "plain HTTP"},
		{name: "a viewer sees the state", method: "GET", path: "/api/v1/state", token: viewerToken, want: 200, says: "set-per-request"},
		{name: "a viewer may not switch", method: "PUT", path: "/api/v1/strategy", token: viewerToken, want: 403},
		{name: "the instructor's token is nobody's here", method: "PUT", path: "/api/v1/strategy", token: instructorToken, want: 401},
		{name: "nor for profiles", method: "GET", path: "/debug/pprof/heap", token: instructorToken, want: 401},
		{name: "the other listener's name is foreign", method: "GET", path: "/api/v1/state", token: viewerToken, host: strings.TrimPrefix(l.base, "http://"), want: 421},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, l.room+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+tt.token)
			if tt.host != "" {
				req.Host = tt.host
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.want || !strings.Contains(string(body), tt.says) {
				t.Errorf("status %d, want %d with %q: %.200s", resp.StatusCode, tt.want, tt.says, body)
			}
		})
	}
}

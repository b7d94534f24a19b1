package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/web"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

// serve runs a server as the program does, limits and all, and returns its
// address.
func serve(t *testing.T) string {
	t.Helper()
	s := newServer(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	doors, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{l.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	a := &api.API{Epoch: "e1", Started: time.Now(), Archive: s.archive, Graphs: s.graphs}
	a.Targets.Add(api.LabTarget(s.lab, s.hub))
	server, err := web.New(web.Config{
		API:   a,
		Guard: doors, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return l.Addr().String()
}

// knock connects and says something, raw.
func knock(t *testing.T, address, says string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(15 * time.Second))
	io.WriteString(conn, says)
	return conn
}

// request is a raw request, its head complete.
func request(path, host string, headers ...string) string {
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, host, strings.Join(append(headers, ""), "\r\n"))
}

// over waits until the other side has ended conn.
func over(conn net.Conn) error {
	_, err := io.Copy(io.Discard, conn)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		return err
	}
	return nil
}

// Whoever connects and says nothing, or never ends a request, takes no place
// from who shows a token.
func TestStrangersMakeRoom(t *testing.T) {
	address := serve(t)
	dripping := knock(t, address, "GET / HTTP/1.1\r\nHost: "+address+"\r\nX-Slow: ")
	const known = "Authorization: Bearer viewer-0123456789abc"
	mine := knock(t, address, request("/api/v1/state", address, known))
	answer := bufio.NewReader(mine)
	read := func(when string) {
		t.Helper()
		resp, err := http.ReadResponse(answer, nil)
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: answered %v, %v: want 200", when, resp, err)
		}
		io.Copy(io.Discard, resp.Body)
	}
	read("before the crowd")
	first := knock(t, address, "")
	for range 2 * 256 {
		knock(t, address, "GET")
	}
	if err := over(first); err != nil {
		t.Errorf("the longest stranger is still there: %v", err)
	}
	io.WriteString(mine, request("/api/v1/state", address, known))
	read("in the crowd, as somebody known")
	_, err := http.ReadResponse(bufio.NewReader(knock(t, address, request("/api/v1/state", address, known))), nil)
	if err != nil {
		t.Errorf("a new connection in the crowd: %v", err)
	}
	if err := over(dripping); err != nil {
		t.Errorf("a request without an end is still waited for: %v", err)
	}
}

// A request whose head does not come is not waited for, crowd or none.
func TestARequestWithoutAnEndIsCut(t *testing.T) {
	t.Parallel()
	address := serve(t)
	waiting := make(map[string]net.Conn)
	for _, start := range []string{"", "GET", "GET /ws HTTP/1.1\r\nHost: " + address + "\r\nUpgrade: websocket\r\n"} {
		waiting[start] = knock(t, address, start)
	}
	for start, conn := range waiting {
		if err := over(conn); err != nil {
			t.Errorf("after %q: %v", start, err)
		}
	}
}

func TestAHeadTooLargeIsRefused(t *testing.T) {
	address := serve(t)
	resp, err := http.ReadResponse(bufio.NewReader(knock(t, address, request("/", address, "X-Large: "+strings.Repeat("x", 64<<10)))), nil)
	if err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("answered %v, %v: want 431", resp, err)
	}
}

// A foreign page can make a browser open a websocket with our cookie.
func TestWhoMayOpenTheStream(t *testing.T) {
	address := serve(t)
	upgrade := []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}
	signIn, err := http.ReadResponse(bufio.NewReader(knock(t, address, request("/?token="+tokens.Viewer, address, "Accept: text/html"))), nil)
	if err != nil || len(signIn.Cookies()) != 1 {
		t.Fatalf("signing in: %v, %v", signIn, err)
	}
	cookie := "Cookie: " + signIn.Cookies()[0].Name + "=" + signIn.Cookies()[0].Value
	token := "Authorization: Bearer " + tokens.Viewer
	tests := []struct {
		name    string
		host    string
		headers []string
		want    int
	}{
		{"our page", address, []string{cookie, "Origin: http://" + address}, 101},
		{"a script with a token", address, []string{token}, 101},
		{"a foreign page with our cookie", address, []string{cookie, "Origin: http://evil.example"}, 403},
		{"a sandboxed page with our cookie", address, []string{cookie, "Origin: null"}, 403},
		{"another port with our cookie", address, []string{cookie, "Origin: http://127.0.0.1:1"}, 403},
		{"no origin and a cookie", address, []string{cookie}, 403},
		{"a foreign page with a token", address, []string{token, "Origin: http://evil.example"}, 403},
		{"a rebound name", "evil.example", []string{cookie, "Origin: http://evil.example"}, 421},
		{"our page, nobody", address, []string{"Origin: http://" + address}, 401},
		{"a wrong token beside a good cookie", address, []string{cookie, "Authorization: Bearer wrong-0123456789abcdef", "Origin: http://" + address}, 401},
		{"a token as subprotocol", address, []string{"Sec-WebSocket-Protocol: " + tokens.Viewer, "Origin: http://" + address}, 401},
		{"a token in the address", address, []string{"Origin: http://" + address}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := "/ws"
			if tt.name == "a token in the address" {
				path += "?token=" + tokens.Viewer
			}
			resp, err := http.ReadResponse(bufio.NewReader(knock(t, address, request(path, tt.host, append(tt.headers, upgrade...)...))), nil)
			if err != nil || resp.StatusCode != tt.want {
				t.Errorf("answered %v, %v: want %d", resp, err, tt.want)
			}
		})
	}
}

// Wrong tokens are told so ten times a second, whichever way they come; the
// right one gets through all the same.
func TestGuessing(t *testing.T) {
	address := serve(t)
	ask := func(path string, headers ...string) *http.Response {
		t.Helper()
		resp, err := http.ReadResponse(bufio.NewReader(knock(t, address, request(path, address, headers...))), nil)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	ways := []func() *http.Response{
		func() *http.Response { return ask("/api/v1/state", "Authorization: Bearer wrong-0123456789abcdef") },
		func() *http.Response { return ask("/", "Accept: text/html", "Authorization: Basic d3Jvbmc6d3Jvbmc=") },
		func() *http.Response { return ask("/?token=wrong-0123456789abcdef", "Accept: text/html") },
	}
	told := map[int]int{}
	for i := 0; told[http.StatusTooManyRequests] < 3; i++ {
		if i == 1000 {
			t.Fatalf("a thousand wrong tokens are answered %v, want some 429", told)
		}
		resp := ways[i%len(ways)]()
		told[resp.StatusCode]++
		if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") == "" {
			t.Error("a 429 says not when to come again")
		}
	}
	if told[http.StatusUnauthorized] < 10 || told[http.StatusUnauthorized]+told[http.StatusTooManyRequests] < 13 || len(told) != 2 {
		t.Errorf("wrong tokens are answered %v, want at least ten 401 and then 429", told)
	}
	if resp := ask("/api/v1/state", "Authorization: Bearer "+tokens.Viewer); resp.StatusCode != 200 {
		t.Errorf("the right token is answered %d beside them, want 200", resp.StatusCode)
	}
}

package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// profileOf is a profile of this process.
func profileOf(t testing.TB, kind string) []byte {
	t.Helper()
	var b bytes.Buffer
	runtime.GC()
	if err := pprof.Lookup(kind).WriteTo(&b, 0); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type file struct {
	name string
	body []byte
}

// bring uploads files as a form does.
func (s *testServer) bring(t testing.TB, with func(*http.Request), files ...file) (*http.Response, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range files {
		part, err := form.CreateFormFile("file", f.name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(f.body)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return s.send(t, "POST", "/api/v1/snapshots/upload", func(r *http.Request) {
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body.Bytes())), int64(body.Len())
		with(r)
	})
}

func TestTwoFilesAreKeptAndCompared(t *testing.T) {
	s := newServer(t)
	base := profileOf(t, "heap")
	kept := make([][]byte, 64)
	for i := range kept {
		kept[i] = make([]byte, 1<<20)
	}
	head := profileOf(t, "heap")
	runtime.KeepAlive(kept)

	resp, body := s.bring(t, bearer(tokens.Instructor), file{"before.pb.gz", base}, file{"dir/after\u202e.pb.gz", head})
	var answer struct{ Snapshots []profiler.Snapshot }
	if err := json.Unmarshal([]byte(body), &answer); resp.StatusCode != 201 || err != nil || len(answer.Snapshots) != 2 {
		t.Fatalf("status %d, %s: want 201 and two snapshots", resp.StatusCode, body)
	}
	for i, want := range []string{"before.pb.gz", "after.pb.gz"} {
		got := answer.Snapshots[i]
		if got.Label != want || got.Target != "upload" || got.Reason != "upload" || got.Kind != "heap" || got.MemProfileRate != runtime.MemProfileRate {
			t.Errorf("snapshot %+v, want %s of upload", got, want)
		}
	}
	b, h := answer.Snapshots[0].ID, answer.Snapshots[1].ID
	_, same := s.send(t, "GET", "/api/v1/snapshots/"+b+"/profile.pb.gz", bearer(tokens.Viewer))
	if same != string(base) {
		t.Error("the file is not kept byte for byte")
	}
	s.do(t, call{path: "diff?base=" + b + "&head=" + h, says: "TestTwoFilesAreKeptAndCompared"})
	s.do(t, call{path: "diff?flame=1&base=" + b + "&head=" + h, says: `"flame":{"name":"all"`})
	s.do(t, call{path: "snapshots", says: `"reason":"upload"`})
}

func TestAFormLeadsToTheComparison(t *testing.T) {
	s := newServer(t)
	p := profileOf(t, "heap")
	resp, _ := s.bring(t, asInstructor, file{"a", p}, file{"b", p})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/diff?base=1&head=2" {
		t.Errorf("status %d to %q, want 303 to the diff", resp.StatusCode, resp.Header.Get("Location"))
	}
	resp, body := s.bring(t, asInstructor, file{"a.txt", []byte("no profile")})
	if resp.StatusCode != 422 || !strings.Contains(resp.Header.Get("Content-Type"), "text/html") || !strings.Contains(body, "a.txt is no profile") {
		t.Errorf("status %d, %q: want a page that says what is wrong", resp.StatusCode, body)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	s := newServer(t)
	heap := profileOf(t, "heap")
	for _, tt := range []struct {
		name   string
		files  []file
		status int
		says   string
	}{
		{"no file", nil, 400, "no file is sent"},
		{"an empty file", []file{{"a", nil}}, 400, "an empty one"},
		{"three files", []file{{"a", heap}, {"b", heap}, {"c", heap}}, 400, "more than 2 files"},
		{"text", []file{{"a.txt", []byte("hello")}}, 422, "a.txt is no profile"},
		{"a good one and a bad one", []file{{"a", heap}, {"b", []byte("\x1f\x8bhello")}}, 422, "b is no profile"},
		{"a profile of blocking", []file{{"a", profileOf(t, "block")}}, 422, "want a heap or a goroutine profile"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := s.bring(t, bearer(tokens.Instructor), tt.files...)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("status %d, %s: want %d and %q", resp.StatusCode, body, tt.status, tt.says)
			}
		})
	}
	if n := len(s.archive.List()); n != 0 {
		t.Errorf("%d snapshots are kept of what was refused, want 0", n)
	}
	resp, _ := s.bring(t, bearer(tokens.Viewer), file{"a", heap})
	if resp.StatusCode != 403 {
		t.Errorf("status %d for a viewer, want 403", resp.StatusCode)
	}
	s.do(t, call{method: "POST", path: "snapshots/upload", body: "{}", status: 415, says: "multipart/form-data", beyond: true})
}

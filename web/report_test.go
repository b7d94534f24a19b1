package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"github.com/leakline/leakline/profiler"
)

// markup is a name as somebody might choose it who wants to be run.
const markup = `</style><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>`

// fill gives a server something to report: readings, marks and two profiles of
// one life, which it returns.
func (s *testServer) fill(t testing.TB) (base, head []byte) {
	t.Helper()
	series, now := s.lab.Watch().Series(), time.Now()
	for i := range 600 {
		r := profiler.NewReading(now.Add(time.Duration(i-600)*100*time.Millisecond), 1)
		for m := range profiler.NumMetrics {
			r.Set(m, float64(i))
		}
		if i < 200 || i > 300 { // else nothing was known
			series.Append(r)
		}
	}
	series.Begin(now.Add(-time.Minute), "set-per-request", 1)
	series.Begin(now.Add(-time.Second), markup, 1)
	s.lab.Watch().Mark(profiler.Mark{Kind: profiler.MarkSwitch, Text: markup, By: markup})
	var raws [][]byte
	for i := range 2 {
		keep := make([][]byte, 2000)
		for k := range keep {
			keep[k] = make([]byte, 4096*i)
		}
		runtime.GC() // a profile shows what was alive after the last
		var raw bytes.Buffer
		if err := pprof.WriteHeapProfile(&raw); err != nil {
			t.Fatal(err)
		}
		if _, err := s.archive.Save(profiler.Snapshot{
			Target: "checker", Epoch: "e1", Generation: 1, Kind: "heap", Strategy: markup, Label: markup, Time: now.Add(time.Duration(i-2) * time.Second), MemProfileRate: 512 << 10,
		}, raw.Bytes()); err != nil {
			t.Fatal(err)
		}
		raws = append(raws, raw.Bytes())
		clear(keep)
	}
	return raws[0], raws[1]
}

// report fetches one as a viewer.
func (s *testServer) report(t testing.TB, query string) (*goquery.Document, string) {
	t.Helper()
	resp, body := s.send(t, "GET", "/report.html"+query, bearer(tokens.Viewer))
	if resp.StatusCode != 200 {
		t.Fatalf("status %d: %s", resp.StatusCode, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc, body
}

func TestAReportNeedsNothingButItself(t *testing.T) {
	s := newServer(t)
	s.fill(t)
	doc, body := s.report(t, "")
	if n := doc.Find("script, link, iframe, object, embed, img, form, base").Length(); n != 0 {
		t.Errorf("%d elements that load or run something", n)
	}
	doc.Find("*").Each(func(_ int, e *goquery.Selection) {
		for _, a := range e.Nodes[0].Attr {
			leads := a.Key == "src" || a.Key == "href" || a.Key == "action" || a.Key == "srcset"
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || leads && !strings.HasPrefix(a.Val, "data:application/octet-stream;base64,") {
				t.Errorf("<%s %s=%.60q>", e.Nodes[0].Data, a.Key, a.Val)
			}
		}
	})
	body = strings.ReplaceAll(body, templ.EscapeString(markup), "") // what it names is text
	if at := regexp.MustCompile(`(?i)https?:|url\(|@import`).FindString(body); at != "" {
		t.Errorf("it refers to something else: %s", at)
	}
	csp := doc.Find(`meta[http-equiv="Content-Security-Policy"]`).AttrOr("content", "")
	if csp != "default-src 'none'; style-src 'unsafe-inline'; img-src data:" {
		t.Errorf("its policy is %q", csp)
	}
}

// Every tag that is opened is closed again, in order, and nothing that somebody
// typed is one.
func TestAReportIsWellFormed(t *testing.T) {
	s := newServer(t)
	s.fill(t)
	doc, body := s.report(t, "")
	if got := strings.Count(body, templ.EscapeString(markup)); got < 3 {
		t.Errorf("the names stand %d times in it as text, want among the marks, twice, and with the profiles", got)
	}
	if n := doc.Find("style").Length(); n != 1 {
		t.Errorf("%d style sheets, want one", n)
	}
	d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`<((?:meta|br)[^>]*)>`).ReplaceAllString(body, "<$1/>"))) // which have no end
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAReportHoldsBothProfilesAsTheyAreKept(t *testing.T) {
	s := newServer(t)
	base, head := s.fill(t)
	doc, _ := s.report(t, "")
	links := doc.Find("a[download]")
	if links.Length() != 2 {
		t.Fatalf("%d profiles, want two", links.Length())
	}
	for i, want := range [][]byte{base, head} {
		encoded := strings.TrimPrefix(links.Eq(i).AttrOr("href", ""), "data:application/octet-stream;base64,")
		if got, err := base64.StdEncoding.DecodeString(encoded); err != nil || !bytes.Equal(got, want) {
			t.Errorf("profile %d: %d bytes, %v: want the %d that are kept", i, len(got), err, len(want))
		}
	}
	if got := doc.Find("pre").Text(); got != "go tool pprof -base checker-1.pb.gz checker-2.pb.gz" {
		t.Errorf("they are opened by %q", got)
	}
	if doc.Find("table.sites tbody tr").Length() == 0 {
		t.Error("no site is named")
	}
}

func TestAProfileTooLargeForAReportIsNamed(t *testing.T) {
	s := newServer(t)
	_, head := s.fill(t)
	large := bytes.NewBuffer(head) // and 5 MB in a field that no profile has
	z, _ := gzip.NewWriterLevel(large, gzip.NoCompression)
	z.Write(binary.AppendUvarint(binary.AppendUvarint(nil, 100<<3|2), 5<<20))
	z.Write(make([]byte, 5<<20))
	z.Close()
	if _, err := s.archive.Save(profiler.Snapshot{Target: "checker", Epoch: "e1", Generation: 1, Kind: "heap", Strategy: markup, Time: time.Now()}, large.Bytes()); err != nil {
		t.Fatal(err)
	}
	doc, _ := s.report(t, "")
	if doc.Find("a[download]").Length() != 1 || !strings.Contains(doc.Find("section:has(#diff)").Text(), "larger than the 4 MiB") {
		t.Errorf("it says %q", doc.Find("section:has(#diff) ul").Text())
	}
}

func TestReportsCharts(t *testing.T) {
	s := newServer(t)
	s.fill(t)
	doc, _ := s.report(t, "?window=5m")
	if got := doc.Find("svg.chart").Length(); got != 6 {
		t.Errorf("%d pictures, want the lane and five charts", got)
	}
	memory := doc.Find("svg.chart").Eq(1)
	if memory.Find(".gap").Length() == 0 || strings.Count(memory.Find(".ln.rss").AttrOr("d", ""), "M") != 2 {
		t.Error("what was not known is not left out")
	}
	if got := memory.Find("path.mark.switch").Length(); got != 1 {
		t.Errorf("%d switches on the chart, want 1", got)
	}
	rows := doc.Find("details table tbody tr").Length()
	if rows < 40 || rows > 60 {
		t.Errorf("%d rows of values, want a table that can be read", rows)
	}
}

func TestReportIsOffered(t *testing.T) {
	s := newServer(t)
	resp, page := s.send(t, "GET", "/report?window=15m", asViewer)
	if resp.StatusCode != 200 || !strings.Contains(page, `action="/report.html"`) || !strings.Contains(page, `value="15m" selected`) {
		t.Errorf("status %d: %s", resp.StatusCode, page)
	}
	resp, body := s.send(t, "GET", "/report.html", bearer(tokens.Viewer)) // before anything ran
	_, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	if err != nil || !regexp.MustCompile(`^leakline-report-\d{8}-\d{4}\.html$`).MatchString(params["filename"]) {
		t.Errorf("it is saved as %q, %v", params["filename"], err)
	}
	if !strings.Contains(body, "No reading has come") || !strings.Contains(body, "there are not two yet") {
		t.Error("an empty report does not say why it is")
	}
	for path, want := range map[string]int{"/report.html?window=2m": 400, "/report?window=2m": 400, "/report.html?target=none": 404} {
		if resp, body := s.send(t, "GET", path, bearer(tokens.Viewer)); resp.StatusCode != want {
			t.Errorf("%s: status %d, want %d: %s", path, resp.StatusCode, want, body)
		}
	}
}

func asViewer(r *http.Request) {
	r.Header.Set("Accept", "text/html")
	bearer(tokens.Viewer)(r)
}

// A class that asks at the same moment gets one report, each of its members.
func TestAClassSharesOneReport(t *testing.T) {
	s := newServer(t)
	s.fill(t)
	var class sync.WaitGroup
	bodies := make([]string, 300)
	for i := range bodies {
		class.Go(func() {
			r := httptest.NewRequest("GET", "http://"+s.Listener.Addr().String()+"/report.html", nil)
			bearer(tokens.Viewer)(r)
			w := httptest.NewRecorder()
			s.web.ServeHTTP(w, r)
			bodies[i] = fmt.Sprint(w.Code, w.Body.String())
		})
	}
	class.Wait()
	for i := range bodies {
		if bodies[i] != bodies[0] || !strings.HasPrefix(bodies[i], "200") {
			t.Fatalf("reader %d gets another report than the first: %.80s", i, bodies[i])
		}
	}
}

func BenchmarkReport(b *testing.B) {
	s := newServer(b)
	s.fill(b)
	read := func(query string) {
		r := httptest.NewRequest("GET", "http://"+s.Listener.Addr().String()+"/report.html"+query, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		bearer(tokens.Viewer)(r)
		w := httptest.NewRecorder()
		s.web.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatalf("status %d: %s", w.Code, w.Body)
		}
		b.ReportMetric(float64(w.Body.Len()), "sent-B")
	}
	b.Run("made", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ { // of two kept, the third is made
			read("?window=" + []string{"5m", "15m", "1h"}[i%3])
		}
	})
	b.Run("shared", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			read("")
		}
	})
}

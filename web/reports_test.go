package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

func sample(t testing.TB) *report {
	t.Helper()
	r, err := newReport(time.Now(), []byte(strings.Repeat("before ", 5000)+templates.ReportSlot+"after"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The gzip stream that is put together for each reader is one, whatever is put
// between.
func TestEveryReaderGetsTheirOwnPart(t *testing.T) {
	r := sample(t)
	for _, own := range []string{"", "mine", strings.Repeat("much ", 40_000)} {
		want := strings.Repeat("before ", 5000) + own + "after"
		for _, encoding := range []string{"", "gzip"} {
			req, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
			req.Header.Set("Accept-Encoding", encoding)
			if err := r.send(w, req, []byte(own)); err != nil {
				t.Fatal(err)
			}
			var body io.Reader = w.Body
			if w.Header().Get("Content-Encoding") == "gzip" {
				z, err := gzip.NewReader(bytes.NewReader(w.Body.Bytes()))
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if got, err := io.ReadAll(body); err != nil || string(got) != want {
				t.Errorf("with %d bytes of their own, encoding %q: %d bytes arrive, %v: want %d", len(own), encoding, len(got), err, len(want))
			}
		}
	}
}

func TestReportsAreMadeOnceForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all reports
		made := 0
		produce := func(context.Context) (*report, error) {
			made++
			time.Sleep(time.Second)
			return sample(t), nil
		}
		var class sync.WaitGroup
		for range 300 {
			class.Go(func() {
				if _, err := all.get(t.Context(), reportKey{"checker", "1h"}, produce); err != nil {
					t.Error(err)
				}
			})
		}
		class.Wait()
		if made != 1 {
			t.Errorf("%d were made for 300 readers, want 1", made)
		}
		time.Sleep(reportFor + time.Millisecond)
		if _, err := all.get(t.Context(), reportKey{"checker", "1h"}, produce); err != nil || made != 2 {
			t.Errorf("%d made, %v: want another once the first is old", made, err)
		}
	})
}

func TestTooManyReportsAtOnceAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all reports
		release := make(chan struct{})
		slow := func(context.Context) (*report, error) { <-release; return sample(t), nil }
		var others sync.WaitGroup
		for _, window := range []string{"5m", "15m"} {
			others.Go(func() { all.get(t.Context(), reportKey{"checker", window}, slow) })
		}
		synctest.Wait()
		_, err := all.get(t.Context(), reportKey{"checker", "1h"}, slow)
		if api.StatusOf(err) != http.StatusServiceUnavailable {
			t.Errorf("the third is answered %v, want 503", err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := all.get(gone, reportKey{"checker", "5m"}, slow); !errors.Is(err, context.Canceled) {
			t.Errorf("who does not wait any more gets %v", err)
		}
		close(release)
		others.Wait()
		for _, window := range []string{"1h", "24h", "1m"} {
			if _, err := all.get(t.Context(), reportKey{"checker", window}, slow); err != nil {
				t.Error(err)
			}
		}
		if count, _ := all.usage(); count != maxReports {
			t.Errorf("%d are kept, want %d", count, maxReports)
		}
	})
}

func TestAReportThatFailsIsTriedAgain(t *testing.T) {
	var all reports
	broken := errors.New("broken")
	if _, err := all.get(t.Context(), reportKey{}, func(context.Context) (*report, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("it fails with %v", err)
	}
	if _, err := all.get(t.Context(), reportKey{}, func(context.Context) (*report, error) { return sample(t), nil }); err != nil {
		t.Errorf("the next try gets the failure of the one before: %v", err)
	}
}

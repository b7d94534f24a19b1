package pprofui_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/web/pprofui"
)

var errGone = errors.New("no such snapshot")

// heap is a profile of two functions, one of which holds mb megabytes. Its
// source is a file that is really there.
func heap(mb int64, source string) *profile.Profile {
	m := &profile.Mapping{ID: 1, Start: 1, Limit: 100, File: "/secret/place/service", BuildID: "../../*", HasFunctions: true}
	function := &profile.Function{ID: 1, Name: "main.openSession", SystemName: "main.openSession", Filename: source}
	caller := &profile.Function{ID: 2, Name: "main.serve", SystemName: "main.serve", Filename: source}
	at := &profile.Location{ID: 1, Mapping: m, Address: 10, Line: []profile.Line{{Function: function, Line: 1}}}
	from := &profile.Location{ID: 2, Mapping: m, Address: 20, Line: []profile.Line{{Function: caller, Line: 1}}}
	return &profile.Profile{
		SampleType:        []*profile.ValueType{{Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"}},
		DefaultSampleType: "inuse_space", PeriodType: &profile.ValueType{Type: "space", Unit: "bytes"}, Period: 1,
		Sample:   []*profile.Sample{{Location: []*profile.Location{at, from}, Value: []int64{mb, mb << 20}}},
		Location: []*profile.Location{at, from}, Function: []*profile.Function{function, caller}, Mapping: []*profile.Mapping{m},
	}
}

// wide is a profile of many functions that hold the same.
func wide() *profile.Profile {
	p := heap(1, "wide.go")
	for id := uint64(3); id < 150; id++ {
		f := &profile.Function{ID: id, Name: fmt.Sprintf("main.f%d", id), Filename: "wide.go"}
		l := &profile.Location{ID: id, Mapping: p.Mapping[0], Line: []profile.Line{{Function: f, Line: 1}}}
		p.Function, p.Location = append(p.Function, f), append(p.Location, l)
		p.Sample = append(p.Sample, &profile.Sample{Location: []*profile.Location{l, p.Location[1]}, Value: []int64{1, 1 << 20}})
	}
	return p
}

// newPages serves profiles "small", "large" and "wide", beside a home folder that holds
// what it held before when the test ends.
func newPages(t *testing.T) *pprofui.Pages {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	t.Setenv("PPROF_TMPDIR", filepath.Join(home, "tmp"))
	source := filepath.Join(home, "private.go")
	if err := os.WriteFile(source, []byte("what is in the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		filepath.WalkDir(home, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || path != home && path != source {
				t.Errorf("%s was made (%v)", path, err)
			}
			return nil
		})
	})
	sizes := map[string]int64{"small": 5, "large": 40}
	return pprofui.New(pprofui.Config{Load: func(id string) (*profile.Profile, error) {
		if id == "wide" {
			return wide(), nil
		}
		if sizes[id] == 0 {
			return nil, errGone
		}
		return heap(sizes[id], source), nil
	}})
}

func TestViews(t *testing.T) {
	pages := newPages(t)
	tests := []struct {
		name    string
		subject pprofui.Subject
		view    string
		query   string
		want    string
	}{
		{"flame graph of one", pprofui.Subject{Head: "large"}, "flamegraph", "", "main.openSession"},
		{"top of one", pprofui.Subject{Head: "large"}, "top", "", "41943040"},
		{"top by objects", pprofui.Subject{Head: "large"}, "top", "si=inuse_objects", `"Flat":40`},
		{"top after objects is by bytes again", pprofui.Subject{Head: "large"}, "top", "", "41943040"},
		{"top of what grew", pprofui.Subject{Base: "small", Head: "large"}, "top", "", "36700160"},
		{"flame graph of what grew", pprofui.Subject{Base: "small", Head: "large"}, "flamegraph", "", "main.openSession"},
		{"callers and callees", pprofui.Subject{Head: "large"}, "peek", "f=openSession", "main.serve"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			page, err := pages.Page(t.Context(), tt.subject, tt.view, query)
			if err != nil {
				t.Fatal(err)
			}
			if body := string(page.Body); !strings.Contains(body, tt.want) || page.ContentType != "text/html" {
				t.Errorf("%s does not say %q:\n%s", page.ContentType, tt.want, body)
			}
			for _, secret := range []string{"/secret/place", "what is in the file"} {
				if strings.Contains(string(page.Body), secret) {
					t.Errorf("it says %q", secret)
				}
			}
		})
	}
}

func TestClosedViews(t *testing.T) {
	pages := newPages(t)
	for view, want := range map[string]error{
		"source": pprofui.ErrClosed, "disasm": pprofui.ErrClosed, "saveconfig": pprofui.ErrClosed,
		"deleteconfig": pprofui.ErrClosed, "download": pprofui.ErrClosed, "nonsense": pprofui.ErrNoView, "": pprofui.ErrNoView,
	} {
		_, err := pages.Page(t.Context(), pprofui.Subject{Head: "large"}, view, url.Values{"f": {"."}, "config": {"mine"}})
		if !errors.Is(err, want) {
			t.Errorf("view %q: %v, want %v", view, err, want)
		}
	}
}

func TestWhatCannotBeShownIsSaid(t *testing.T) {
	pages := newPages(t)
	if _, err := pages.Page(t.Context(), pprofui.Subject{Base: "small", Head: "gone"}, "top", nil); !errors.Is(err, errGone) {
		t.Errorf("a profile that is gone: %v, want %v", err, errGone)
	}
	var bad *pprofui.RefusedError
	for _, query := range []url.Values{{"f": {"("}}, {"si": {"nonsense"}}, {"g": {"nonsense"}}} {
		if _, err := pages.Page(t.Context(), pprofui.Subject{Head: "large"}, "top", query); !errors.As(err, &bad) {
			t.Errorf("%v: %v, want what is wrong with it", query, err)
		}
	}
}

// A graph drawn by whatever dot is on the PATH: here one that says what it was
// asked to draw.
func TestGraphNeedsGraphvizAndStaysSmall(t *testing.T) {
	pages := newPages(t)
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if _, err := pages.Page(t.Context(), pprofui.Subject{Head: "wide"}, "graph", nil); !errors.Is(err, pprofui.ErrNoGraphviz) {
		t.Errorf("without dot: %v, want %v", err, pprofui.ErrNoGraphviz)
	}
	dot := "#!/bin/sh\necho '<svg><!--'\n/bin/cat\necho '--></svg>'\n"
	if err := os.WriteFile(filepath.Join(bin, "dot"), []byte(dot), 0o700); err != nil {
		t.Fatal(err)
	}
	page, err := pages.Page(t.Context(), pprofui.Subject{Head: "wide"}, "graph", url.Values{"n": {"100000"}, "trim": {"false"}, "nf": {"0"}, "f": {"main"}})
	if err != nil {
		t.Fatal(err)
	}
	nodes := len(regexp.MustCompile(`(?m)^N\d+ \[label=`).FindAll(page.Body, -1))
	if nodes < 2 || nodes > 80 {
		t.Errorf("asked for everything, it draws %d functions, want pprof's 80 at most:\n%s", nodes, page.Body)
	}
}

// The driver's variables are the process's: with the race detector this fails
// when two get in at a time.
func TestManyLookAtOnce(t *testing.T) {
	a, b := newPages(t), newPages(t)
	var looking sync.WaitGroup
	for i := range 24 {
		pages, subject, want := a, pprofui.Subject{Head: "small"}, "5242880"
		switch i % 3 {
		case 1:
			subject, want = pprofui.Subject{Head: "large"}, "41943040"
		case 2:
			pages, subject, want = b, pprofui.Subject{Base: "small", Head: "large"}, "36700160"
		}
		looking.Go(func() {
			page, err := pages.Page(t.Context(), subject, "top", url.Values{"si": {"inuse_space"}})
			if err != nil || !strings.Contains(string(page.Body), want) {
				t.Errorf("%+v: %v, and no %s", subject, err, want)
			}
		})
	}
	looking.Wait()
}

func TestWaitingForATurnEndsWithTheContext(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	slow := pprofui.New(pprofui.Config{Load: func(string) (*profile.Profile, error) {
		close(began)
		<-release
		return nil, errGone
	}})
	ended := make(chan struct{})
	go func() {
		slow.Page(t.Context(), pprofui.Subject{Head: "slow"}, "top", nil)
		close(ended)
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newPages(t).Page(ctx, pprofui.Subject{Head: "large"}, "top", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	close(release)
	<-ended
}

package pprofui

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"
)

// mount starts pprof on a subject and keeps the handlers that it would serve
// with. What it could reach the world by is a stub.
func (p *Pages) mount(s Subject) (map[string]http.Handler, error) {
	if _, err := os.UserConfigDir(); err != nil {
		return nil, ErrNoHome
	}
	set, profiles := flags{"http": "localhost:0", "no_browser": "", "symbolize": "none"}, fetched{}
	if s.Base != "" {
		set["diff_base"] = "base"
	}
	for source, id := range map[string]string{"base": s.Base, "head": s.Head} {
		if id == "" {
			continue
		}
		var err error
		if profiles[source], err = p.load(id); err != nil {
			return nil, err
		}
	}
	var handlers map[string]http.Handler
	err := driver.PProf(&driver.Options{
		Flagset:       &commandLine{set},
		Fetch:         profiles,
		Sym:           noSymbols{},
		Obj:           noObjects{},
		UI:            terminal{p.cfg.Log},
		HTTPTransport: noNetwork{},
		HTTPServer: func(args *driver.HTTPServerArgs) error {
			handlers = args.Handlers
			return nil
		},
	})
	if err != nil {
		return nil, &RefusedError{err.Error()}
	}
	return handlers, nil
}

// load returns the profile of an id without the folders of its binaries, below
// which pprof would look for them.
func (p *Pages) load(id string) (*profile.Profile, error) {
	loaded, err := p.cfg.Load(id)
	if err != nil {
		return nil, err
	}
	for _, m := range loaded.Mapping {
		m.File, m.BuildID = filepath.Base(m.File), ""
	}
	return loaded, nil
}

// flags are those that are given, by name.
type flags map[string]string

// A commandLine is what pprof would have been started with, about the profile
// called head.
type commandLine struct{ flags }

func (f flags) Bool(name string, value bool, _ string) *bool {
	if _, given := f[name]; given {
		value = true
	}
	return &value
}

func (f flags) String(name, value, _ string) *string {
	if given, ok := f[name]; ok {
		value = given
	}
	return &value
}

func (f flags) StringList(name, _, _ string) *[]*string {
	list := []*string{}
	if given, ok := f[name]; ok {
		list = append(list, &given)
	}
	return &list
}

func (flags) Int(_ string, value int, _ string) *int             { return &value }
func (flags) Float64(_ string, value float64, _ string) *float64 { return &value }
func (flags) ExtraUsage() string                                 { return "" }
func (flags) AddExtraUsage(string)                               {}

func (*commandLine) Parse(func()) []string { return []string{"head"} }

// fetched are the profiles that pprof asks for, by source.
type fetched map[string]*profile.Profile

// Fetch returns no URL: pprof would save what has one below the home folder.
func (f fetched) Fetch(source string, _, _ time.Duration) (*profile.Profile, string, error) {
	return f[source], "", nil
}

var errOffline = errors.New("nothing outside the profile is looked at")

// noSymbols leaves a profile with the names it has.
type noSymbols struct{}

func (noSymbols) Symbolize(string, driver.MappingSources, *profile.Profile) error { return nil }

// noObjects opens no binary.
type noObjects struct{}

func (noObjects) Open(string, uint64, uint64, uint64, string) (driver.ObjFile, error) {
	return nil, errOffline
}

func (noObjects) Disasm(string, uint64, uint64, bool) ([]driver.Inst, error) { return nil, errOffline }

// noNetwork sends nothing.
type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) { return nil, errOffline }

// A terminal is nobody: what is printed goes to the log, for who debugs.
type terminal struct{ log *slog.Logger }

func (terminal) ReadLine(string) (string, error)     { return "", errOffline }
func (t terminal) Print(args ...any)                 { t.log.Debug("pprof says", "said", fmt.Sprint(args...)) }
func (t terminal) PrintErr(args ...any)              { t.Print(args...) }
func (terminal) IsTerminal() bool                    { return false }
func (terminal) WantBrowser() bool                   { return false }
func (terminal) SetAutoComplete(func(string) string) {}

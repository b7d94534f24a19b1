package diff

import (
	"regexp"
	"strings"

	"github.com/google/pprof/profile"
)

// An origin says whose code a frame is.
type origin uint8

const (
	originStd origin = iota
	originDependency
	originUser
)

// versioned finds a module's version in the path of a source file.
var versioned = regexp.MustCompile(`@v\d+\.\d+\.\d+[^/\\]*[/\\]`)

// attribution decides whose code a frame is. The zero value knows no override.
type attribution struct {
	override *regexp.Regexp // matches functions and files of the user's code
	own      string         // file prefix of the program's own module, if it was installed by version
}

// newAttribution looks at where package main lies: a program installed with
// go install path@version has its own code in the module cache, and that is no
// dependency.
func newAttribution(override *regexp.Regexp, profiles ...*profile.Profile) attribution {
	a := attribution{override: override}
	for _, p := range profiles {
		for _, f := range p.Function {
			if !strings.HasPrefix(f.Name, "main.") {
				continue
			}
			if at := versioned.FindStringIndex(f.Filename); at != nil {
				a.own = f.Filename[:at[1]]
				return a
			}
		}
	}
	return a
}

func (a attribution) origin(function, file string) origin {
	pkg := packagePath(function)
	switch {
	case a.override != nil:
		if a.override.MatchString(function) || a.override.MatchString(file) {
			return originUser
		}
		if isStd(pkg) {
			return originStd
		}
		return originDependency
	case isStd(pkg), stdFile(file):
		return originStd
	case pkg == "main" || a.own != "" && strings.HasPrefix(file, a.own):
		return originUser
	case versioned.MatchString(file) || vendored(file, pkg):
		return originDependency
	}
	return originUser
}

// stdFile reports whether a file is the standard library's by its path, as Go
// writes it with and without -trimpath. The body of a generic function from
// there, inlined into a user's, bears the user's name.
func stdFile(file string) bool {
	dir, _, ok := cutLast(strings.ReplaceAll(file, `\`, "/"), "/")
	if !ok {
		return false
	}
	if _, below, ok := cutLast(dir, "/go/src/"); ok {
		dir = below
	}
	return stdPackages()[dir]
}

func cutLast(s, sep string) (before, after string, found bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}

// vendored reports whether file lies under the vendor directory that holds
// pkg, so that a home directory called vendor makes nobody a dependency.
func vendored(file, pkg string) bool {
	const dir = "vendor/"
	at := strings.LastIndex(file, dir)
	if at < 0 || at > 0 && file[at-1] != '/' {
		return false
	}
	host, _, _ := strings.Cut(pkg, "/")
	return strings.HasPrefix(file[at+len(dir):], host+"/")
}

// siteFrame returns which frame of a stack, leaf first, the site is: the first
// of the user's, else the first outside the standard library, else fallback.
func siteFrame(stack []int32, originOf func(frame int32) origin, fallback int) int {
	outside := -1
	for i, f := range stack {
		switch originOf(f) {
		case originUser:
			return i
		case originDependency:
			if outside < 0 {
				outside = i
			}
		}
	}
	if outside >= 0 {
		return outside
	}
	return fallback
}

// A Frame is one call of a stack.
type Frame struct {
	Function, File string
	Line           int
}

// UserFrame returns which frame of a stack, leaf first, a site is: the first of
// the user's, which users says, else the first outside the standard library,
// else -1. userCode overrides the rule as in Options.
func UserFrame(stack []Frame, userCode *regexp.Regexp) (at int, users bool) {
	a := attribution{override: userCode}
	frames := make([]int32, len(stack))
	for i := range frames {
		frames[i] = int32(i)
	}
	originOf := func(i int32) origin { return a.origin(stack[i].Function, stack[i].File) }
	at = siteFrame(frames, originOf, -1)
	return at, at >= 0 && originOf(int32(at)) == originUser
}

package verdict

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
)

// MaxGoroutines is how many may be told apart by identity: writing all their
// stacks stops the world.
const MaxGoroutines = 10_000

// maxFrames bounds the stack that is kept of one goroutine; the runtime itself
// prints no more than 100.
const maxFrames = 100

// A Goroutine is one at one moment.
type Goroutine struct {
	ID    uint64
	State string // the runtime's word: running, select, chan receive, …
	Place *Place

	// Leaked says that nothing reaches what it waits for, so that nothing can
	// wake it: the runtime's own finding, where it was built to look.
	Leaked bool
}

// A Place is where goroutines stand: the first of the user's frames, else their
// creator, else what they were started with, which says more than the call of the
// runtime that they wait in. Goroutines of equal stacks share one.
type Place struct {
	diff.Frame
	Leaf  string
	Stack []string // leaf first
}

var header = regexp.MustCompile(`^goroutine (\d+) [^\[]*\[([^\],]+)`)

// ParseGoroutines reads what /debug/pprof/goroutine?debug=2 writes, or
// goroutineleak, which marks those that leaked. The runtime
// cuts it at 64 MB; the goroutine that was cut is left out.
func ParseGoroutines(dump []byte, userCode *regexp.Regexp) ([]Goroutine, error) {
	var all []Goroutine
	places := make(map[string]*Place)
	for block := range bytes.SplitSeq(dump, []byte("\n\n")) {
		head, body, whole := strings.Cut(string(bytes.TrimLeft(block, "\n")), "\n")
		m := header.FindStringSubmatch(head)
		if m == nil {
			if len(all) == 0 {
				return nil, fmt.Errorf("reading goroutines: this is not a dump of goroutines")
			}
			continue
		}
		if !whole {
			continue
		}
		id, err := strconv.ParseUint(m[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading goroutines: %w", err)
		}
		if len(all) == MaxGoroutines {
			return nil, fmt.Errorf("reading goroutines: there are more than %d", MaxGoroutines)
		}
		stack, creator := parseStack(body)
		if len(stack) == 0 {
			continue
		}
		place := placeOf(stack, creator, userCode)
		key := fmt.Sprint(place.Function, place.File, place.Line, place.Leaf)
		if known := places[key]; known != nil {
			place = known
		}
		places[key] = place
		state, leaked := strings.CutSuffix(m[2], " (leaked)")
		all = append(all, Goroutine{ID: id, State: state, Place: place, Leaked: leaked})
	}
	return all, nil
}

// parseStack reads pairs of lines: a call, and where it is.
func parseStack(body string) (stack []diff.Frame, creator *diff.Frame) {
	lines := bufio.NewScanner(strings.NewReader(body))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		call, created := strings.CutPrefix(lines.Text(), "created by ")
		if !lines.Scan() {
			break
		}
		file, line, ok := parsePosition(lines.Text())
		if !ok {
			break
		}
		if created {
			name, _, _ := strings.Cut(call, " in goroutine ")
			return stack, &diff.Frame{Function: name, File: file, Line: line}
		}
		if at := strings.LastIndexByte(call, '('); at > 0 {
			call = call[:at] // arguments hold no parenthesis
		}
		if len(stack) < maxFrames {
			stack = append(stack, diff.Frame{Function: call, File: file, Line: line})
		}
	}
	return stack, nil
}

// parsePosition reads "	/path/file.go:12 +0x1a".
func parsePosition(text string) (file string, line int, ok bool) {
	text, indented := strings.CutPrefix(text, "\t")
	if at := strings.LastIndex(text, " +0x"); at >= 0 {
		text = text[:at]
	}
	at := strings.LastIndexByte(text, ':')
	if !indented || at < 0 {
		return "", 0, false
	}
	line, err := strconv.Atoi(text[at+1:])
	return text[:at], line, err == nil
}

func placeOf(stack []diff.Frame, creator *diff.Frame, userCode *regexp.Regexp) *Place {
	p := &Place{Frame: stack[len(stack)-1], Leaf: stack[0].Function}
	for _, f := range stack {
		p.Stack = append(p.Stack, f.Function)
	}
	at, users := diff.UserFrame(stack, userCode)
	if !users && creator != nil {
		if _, users := diff.UserFrame([]diff.Frame{*creator}, userCode); users {
			p.Frame = *creator
			return p
		}
	}
	if at >= 0 {
		p.Frame = stack[at]
	}
	return p
}

// idle reports whether these are connections of net/http's server without a
// request: clients that keep them open are no work that waits.
func (p *Place) idle() bool {
	return slices.Contains(p.Stack, "net/http.(*conn).serve") && !slices.Contains(p.Stack, "net/http.serverHandler.ServeHTTP")
}

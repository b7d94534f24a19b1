package heapgraph

import (
	"debug/dwarf"
	"path"
	"regexp"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
)

// An inlined is a function that the compiler put into another one. The dump
// names the function around it and the line inside it, where a profile names
// both; DWARF tells which it was.
type inlined struct {
	origin dwarf.Offset // of its declaration
	name   string
	line   int // that it is declared at
}

// A frameInfo is what DWARF says of a function on a call path or a stack.
type frameInfo struct {
	entry   uint64 // address of its code
	line    int    // that it is declared at
	inlined []inlined
	locals  []local
}

// inlines reads what was inlined into the function that r is at, and its
// variables.
func inlines(r *dwarf.Reader, e *dwarf.Entry) (f frameInfo, err error) {
	f.line = lineOf(e, dwarf.AttrDeclLine)
	f.entry, _ = e.Val(dwarf.AttrLowpc).(uint64)
	for depth := 1; depth > 0 && e.Children; {
		child, err := r.Next()
		if err != nil || child == nil {
			return f, err
		}
		if child.Tag == 0 {
			depth--
			continue
		}
		if origin, ok := child.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset); ok && child.Tag == dwarf.TagInlinedSubroutine {
			f.inlined = append(f.inlined, inlined{origin: origin})
		}
		if child.Tag == dwarf.TagVariable || child.Tag == dwarf.TagFormalParameter {
			if v, ok := newLocal(child); ok {
				f.locals = append(f.locals, v)
			}
		}
		if child.Children {
			depth++
		}
	}
	return f, nil
}

func lineOf(e *dwarf.Entry, attr dwarf.Attr) int {
	line, _ := e.Val(attr).(int64)
	return int(line)
}

// declare fills in the names of what was inlined.
func (d *debugInfo) declare() error {
	r := d.data.Reader()
	for _, f := range d.frames {
		for i := range f.inlined {
			r.Seek(f.inlined[i].origin)
			e, err := r.Next()
			if err != nil {
				return err
			}
			if e != nil {
				f.inlined[i].name, _ = e.Val(dwarf.AttrName).(string)
				f.inlined[i].line = lineOf(e, dwarf.AttrDeclLine)
			}
		}
	}
	return nil
}

// name gives the calls of a path the names of the functions they are in. The
// runtime has told the calls of inlined functions apart already (since Go 1.21),
// and gives each its file and line.
func (d *debugInfo) name(stack []diff.Frame) {
	for i := range stack {
		f := &stack[i]
		info := d.frames[f.Function]
		if at := info.innermost(*f); at >= 0 {
			f.Function = info.inlined[at].name
		}
	}
}

// innermost returns the function that a line of a frame is in: of those that
// may be in that file the one declared last ahead of it; -1 for the function
// itself.
func (f *frameInfo) innermost(frame diff.Frame) int {
	best, line := -1, 0
	if mayBeIn(frame.Function, frame.File) && f.line <= frame.Line {
		line = f.line
	}
	for i, in := range f.inlined {
		if in.line > line && in.line <= frame.Line && mayBeIn(f.home(in.name, frame.Function), frame.File) {
			best, line = i, in.line
		}
	}
	return best
}

// literal is what the compiler adds to the name of a function for one that is
// written inside it: a literal, or the body of a loop over a function.
var literal = regexp.MustCompile(`(\.func\d+|\.\d+|\.gowrap\d+|\.deferwrap\d+|-range\d+)+$`)

// home returns the function in whose file another was written. A literal inside
// an inlined function is named as if it were in the function around that:
// main.run.Collect[…].AppendSeq[…]-range1 is a loop of slices.AppendSeq. It is
// empty when that function is not known.
func (f *frameInfo) home(name, around string) string {
	if !strings.HasPrefix(name, around+".") {
		return name
	}
	outer := literal.ReplaceAllString(name, "")
	if outer == around {
		return around
	}
	for _, in := range f.inlined {
		if in.name != name && lastName(in.name) == lastName(outer) {
			return in.name
		}
	}
	return ""
}

// lastName is a function's own name: without package, receiver and type arguments.
func lastName(function string) string {
	depth := 0
	function = strings.Map(func(r rune) rune {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, function)
	return function[strings.LastIndexByte(function, '.')+1:]
}

// mayBeIn reports whether the package of a function may have that file: its
// directory is called like the package, but for main and for versions.
func mayBeIn(function, file string) bool {
	if function == "" {
		return false
	}
	pkg := function[:strings.LastIndexByte(plain(function), '/')+1]
	name, _, _ := strings.Cut(function[len(pkg):], ".")
	dir := path.Base(path.Dir(strings.ReplaceAll(file, `\`, "/")))
	_, users := diff.UserFrame([]diff.Frame{{Function: "main.", File: file}}, nil)
	if name == "main" {
		return users
	}
	return strings.HasPrefix(dir, name)
}

// plain cuts type arguments off a name.
func plain(function string) string {
	name, _, _ := strings.Cut(function, "[")
	return name
}

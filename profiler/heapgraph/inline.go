package heapgraph

import (
	"debug/dwarf"
	"path"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
)

// An inlined is a function that the compiler put into another one. The dump
// names the function around it and the line inside it, where a profile names
// both; DWARF tells which it was.
type inlined struct {
	origin dwarf.Offset // of its declaration
	parent int          // the inlined function around it, -1 for the function itself
	call   int          // line of the call, in the parent

	name string
	line int // that it is declared at
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
	var open []int // by depth: the inlined function, -1 for a block of another kind
	around := func() int {
		for i := len(open) - 1; i >= 0; i-- {
			if open[i] >= 0 {
				return open[i]
			}
		}
		return -1
	}
	for depth := 1; depth > 0 && e.Children; {
		child, err := r.Next()
		if err != nil || child == nil {
			return f, err
		}
		if child.Tag == 0 {
			if depth--; depth > 0 {
				open = open[:len(open)-1]
			}
			continue
		}
		at := -1
		if origin, ok := child.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset); ok && child.Tag == dwarf.TagInlinedSubroutine {
			at = len(f.inlined)
			f.inlined = append(f.inlined, inlined{origin: origin, parent: around(), call: lineOf(child, dwarf.AttrCallLine)})
		}
		if child.Tag == dwarf.TagVariable || child.Tag == dwarf.TagFormalParameter {
			if v, ok := newLocal(child); ok {
				f.locals = append(f.locals, v)
			}
		}
		if child.Children {
			depth++
			open = append(open, at)
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

// expand puts the functions that were inlined into a call path, leaf first.
func (d *debugInfo) expand(stack []diff.Frame) []diff.Frame {
	var out []diff.Frame
	for _, f := range stack {
		info := d.frames[f.Function]
		line := f.Line
		for at := info.innermost(f); at >= 0; at = info.inlined[at].parent {
			in := info.inlined[at]
			out = append(out, diff.Frame{Function: in.name, File: f.File, Line: line})
			line = in.call
			f.File = d.files[info.caller(at, f.Function)]
		}
		f.Line = line
		out = append(out, f)
	}
	return out
}

// caller names the function that an inlined one was called from.
func (f *frameInfo) caller(at int, function string) string {
	if up := f.inlined[at].parent; up >= 0 {
		return f.inlined[up].name
	}
	return function
}

// learn takes note of the files of functions, which are known where a line is
// the function's own.
func (d *debugInfo) learn(stack []diff.Frame) {
	for _, f := range stack {
		info := d.frames[f.Function]
		if at := info.innermost(f); at >= 0 {
			d.files[info.inlined[at].name] = f.File
		} else {
			d.files[f.Function] = f.File
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
		if in.line > line && in.line <= frame.Line && mayBeIn(in.name, frame.File) {
			best, line = i, in.line
		}
	}
	return best
}

// mayBeIn reports whether the package of a function may have that file: its
// directory is called like the package, but for main and for versions.
func mayBeIn(function, file string) bool {
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

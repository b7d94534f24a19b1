package web

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

// chain draws the path to the node that was opened, else to what the chosen
// holder holds.
func (b *holdersBuilder) chain(v *templates.HoldersView) {
	var path []heapgraph.Step
	if node, ok := b.node(); ok {
		path = b.graph.Path(node)
		v.ChainNote = "to the object that was chosen; contents are never read"
	} else if b.shown != nil {
		path = b.shown.Path
		v.ChainNote = "the shortest; contents are never read"
		if b.shown.Entries > 1 {
			v.ChainNote = fmt.Sprintf("to one of %s entries; contents are never read", units.Count(float64(b.shown.Entries)))
		}
	}
	for i, s := range path {
		step := templates.ChainStep{Via: diff.ShortName(s.Label), Name: typeName(s.Type), FullName: s.Type}
		if i == 0 {
			step.Name, step.FullName, step.Kind = diff.ShortName(s.Label), s.Label, "root"
			if s.Type != "" {
				step.Lines = append(step.Lines, typeName(s.Type))
			}
		} else {
			step.Kind = units.Bytes(float64(s.Bytes))
			if i == len(path)-1 {
				step.Kind += " · the object"
			}
		}
		if s.Site != "" {
			step.Lines = append(step.Lines, "from "+diff.ShortName(s.Site))
		}
		step.Lines = append(step.Lines, "retains "+units.Bytes(float64(s.RetainedBytes)))
		if s.Repeats > 0 {
			step.Lines = append(step.Lines, "and "+units.Count(float64(s.Repeats))+" more alike")
		}
		if step.Name == "" {
			step.Name = "object"
		}
		v.Chain = append(v.Chain, step)
	}
}

// folders are those of a package's path within a type.
var folders = regexp.MustCompile(`(?:[\w.~-]+/)+`)

// typeName shortens a type's packages; a structure without a name says so.
func typeName(t string) string {
	if strings.HasPrefix(t, "struct {") {
		return "struct"
	}
	return folders.ReplaceAllString(t, "")
}

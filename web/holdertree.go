package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

func (b *holdersBuilder) node() (uint32, bool) {
	node, err := strconv.ParseUint(b.query.Get("node"), 10, 32)
	return uint32(node), err == nil
}

// tree lists what was searched for, else what hangs on the node that was opened,
// else on the chosen holder, else everything.
func (b *holdersBuilder) tree(v *templates.HoldersView) {
	var steps []heapgraph.Step
	all := 0
	node, opened := b.node()
	switch {
	case v.Search != "":
		steps = b.graph.Search(v.Search, shownNodes)
		all = len(steps)
		v.TreeTitle = "Found"
	case opened:
		v.TreeTitle = "What would be freed with it"
		steps, all = b.graph.Children(node, shownNodes)
	case b.shown != nil:
		v.TreeTitle = "What would be freed with it"
		steps, all = b.graph.Children(b.shown.Node, shownNodes)
	default:
		v.TreeTitle = "All roots"
		steps, all = b.graph.Children(b.graph.Root(), shownNodes)
	}
	for _, s := range steps {
		v.Tree = append(v.Tree, b.treeNode(s))
	}
	switch {
	case all > len(steps):
		v.TreeMore = fmt.Sprintf("%d of %s are shown, those that retain most.", len(steps), units.Count(float64(all)))
	case len(steps) == 0 && v.Search != "":
		v.TreeMore = "Nothing has that in its name or type."
	case len(steps) == 0:
		v.TreeMore = "Nothing would be freed with it alone: others hold it too."
	}
}

func (b *holdersBuilder) treeNode(s heapgraph.Step) templates.TreeNode {
	n := templates.TreeNode{
		Node: strconv.FormatUint(uint64(s.Node), 10), Name: typeName(s.Type), FullName: s.Type,
		Retains: units.Bytes(float64(s.RetainedBytes)), Share: b.share(s.RetainedBytes), Bytes: units.Bytes(float64(s.Bytes)),
	}
	aside := []string{}
	switch {
	case n.Name == "" || s.Bytes == 0: // a root has a name of its own
		n.Name, n.FullName = diff.ShortName(s.Label), s.Label
	case s.Label != "":
		aside = append(aside, diff.ShortName(s.Label))
	}
	if n.Name == "" {
		n.Name = "object"
	}
	if s.Site != "" {
		aside = append(aside, "from "+diff.ShortName(s.Site))
	}
	if s.Repeats > 0 {
		aside = append(aside, "and "+units.Count(float64(s.Repeats))+" more alike")
	}
	n.Aside = strings.Join(aside, " · ")
	if s.RetainedBytes > s.Bytes {
		n.Href = b.href(b.answer.Graph.ID, "node", n.Node, "search", "")
	}
	return n
}

package diff

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// outline writes a tree as nested calls, widest first.
func outline(n *Node) string {
	var inner []string
	for _, child := range n.Children {
		inner = append(inner, outline(child))
	}
	if len(inner) == 0 {
		return n.Name
	}
	return n.Name + "(" + strings.Join(inner, " ") + ")"
}

func flame(t *testing.T, o Options, maxNodes int) *Node {
	t.Helper()
	base, head := lesson(t)
	root, err := Flame(base, head, o, maxNodes)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestFlameGoesFromRootToLeaf(t *testing.T) {
	root := flame(t, Options{}, 0)
	const want = "all(http.(*conn).serve(checker.newRiskySet(json.Unmarshal(reflect.mapassign)) checker.parseList(json.(*decodeState).array)) main.main(checker.(*cache).close))"
	if got := outline(root); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	set := root.Children[0].Children[0]
	if !set.User || root.Children[0].User || set.Line != 48 || set.File != "/app/checker/audit.go" {
		t.Errorf("newRiskySet is %+v, want the user's at audit.go:48", set)
	}
	if set.Head <= set.Base || root.Base >= root.Head {
		t.Errorf("newRiskySet goes from %v to %v and all from %v to %v, want growth", set.Base, set.Head, root.Base, root.Head)
	}
}

func TestFlameKeepsTheWidest(t *testing.T) {
	root := flame(t, Options{}, 4)
	if got, want := outline(root), "all(http.(*conn).serve(checker.newRiskySet(json.Unmarshal)))"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if whole := flame(t, Options{}, 0); root.Head != whole.Head {
		t.Errorf("pruned, all is %v; whole, it is %v", root.Head, whole.Head)
	}
}

func TestFlameInAnotherSample(t *testing.T) {
	if got := flame(t, Options{Sample: AllocSpace}, 0).Children[0].Children[0].Name; got != "checker.parseList" {
		t.Errorf("most was allocated under %s, want checker.parseList", got)
	}
}

func TestFlameOfNothingIsARoot(t *testing.T) {
	empty := heapOf(t, rate64, noon)
	root, err := Flame(empty, empty, Options{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(root); err != nil || !strings.Contains(string(out), `"name":"all"`) {
		t.Errorf("JSON is %s, %v", out, err)
	}
}

func TestLinesAddUpToTheirSites(t *testing.T) {
	base, head := lesson(t)
	lines, err := Lines(head, "/app/checker/audit.go", Options{})
	if err != nil {
		t.Fatal(err)
	}
	iv, ok := lines[48]
	if !ok || len(lines) != 1 || iv.Low <= 0 || iv.Noise() {
		t.Errorf("lines are %v, want line 48 alone", lines)
	}
	if lines, err := Lines(base, "/app/elsewhere.go", Options{}); err != nil || len(lines) != 0 {
		t.Errorf("of a file without sites: %v, %v; want none", lines, err)
	}
	if _, err := Lines(head, "/app/a.go", Options{Sample: "cpu"}); !errors.As(err, new(*SampleError)) {
		t.Errorf("error is %v, want a SampleError", err)
	}
}

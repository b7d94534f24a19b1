package heapgraph

import (
	"strings"
	"testing"
)

func TestChildrenOfAMapAreItsEntries(t *testing.T) {
	path := program(t)
	dump, _ := dumpCase(t, path, "map-in-struct")
	a := readDump(t, dump, Options{Binary: openBinary(t, path)}).Analyze()
	h := a.Top(1)[0]
	steps, all := a.Children(h.Container.Node, 5)
	if len(steps) != 5 || all < 2000 {
		t.Fatalf("%d children of %d, want 5 of at least 2000", len(steps), all)
	}
	for _, s := range steps {
		if s.Label != "value" || s.Type != "main.payload" {
			t.Errorf("a child is %+v, want a value", s)
		}
	}
	roots, _ := a.Children(a.Root(), 1)
	if len(roots) != 1 || roots[0].Label != "main.registry" {
		t.Errorf("the first of all is %+v, want main.registry", roots)
	}
	if steps, all := a.Children(a.Root()+1, 5); steps != nil || all != 0 {
		t.Errorf("a node that does not exist has %d children", all)
	}
}

func TestSearchFindsRootsAndTypes(t *testing.T) {
	path := program(t)
	dump, _ := dumpCase(t, path, "interface-held")
	a := readDump(t, dump, Options{Binary: openBinary(t, path)}).Analyze()
	for text, want := range map[string]string{"ACTIVE": "main.active", "cacheplugin": "", "[]*main.payload": "cachePlugin.kept"} {
		found := a.Search(text, 3)
		if len(found) == 0 || found[0].Label != want {
			t.Errorf("searching %q finds %+v, want %q first", text, found, want)
		}
	}
	if found := a.Search("", 3); found != nil {
		t.Errorf("searching for nothing finds %+v", found)
	}
}

func TestCompareCountsWhatCame(t *testing.T) {
	path := program(t)
	of := func(name string) *Analysis {
		dump, _ := dumpCase(t, path, name)
		return readDump(t, dump, Options{Binary: openBinary(t, path)}).Analyze()
	}
	empty, full := of("sub-slice"), of("package-variable")
	var log *Change
	for _, c := range Compare(empty, full, 10) {
		if c.Name == "main.auditLog" {
			log = &c
		}
	}
	if log == nil {
		t.Fatal("main.auditLog did not change")
	}
	if log.Before.Bytes != 0 || log.Before.Entries != 0 || log.After.Entries != 2000 || log.After.Bytes < 2_000_000 {
		t.Errorf("main.auditLog changed from %+v to %+v, want from nothing to 2000 entries", log.Before, log.After)
	}
	if same := Compare(full, full, 10); len(same) != 0 {
		t.Errorf("a graph differs from itself: %+v", same)
	}
}

func TestSharedMemoryIsToldOnce(t *testing.T) {
	// Both roots hold object 0, which holds object 1.
	g := graphOf([][]uint32{{1}, nil},
		[]Root{{Kind: Goroutine, Name: "main.f (running)"}, {Kind: Global, Name: "main.all"}},
		[][]slot{{{target: 0, at: 1, exact: true}}, {{target: 0, exact: true}}})
	top := g.Analyze().Top(5)
	if len(top) != 1 || top[0].Name != "main.all" || top[0].RetainedBytes != 0 || top[0].SharedBytes != 24 {
		t.Errorf("got %+v, want main.all with 24 shared bytes", top)
	}
	if !strings.HasPrefix(way(top[0].Path), "main.all") {
		t.Errorf("the path is %s", way(top[0].Path))
	}
}

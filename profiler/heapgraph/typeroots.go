package heapgraph

import "debug/dwarf"

// inline names inlined functions in the call paths of sites.
func (b *builder) inline(sites []Site, info *debugInfo) {
	if info == nil {
		return
	}
	for i := range sites {
		info.name(sites[i].Stack)
		b.attribute(&sites[i])
	}
}

// want lists what the dump mentions.
func (t *typer) want(b *builder, rooted []held) wanted {
	w := wanted{make(map[uint64]bool), make(map[uint64]bool), make(map[string]uint64), make(map[string]bool)}
	for i := range b.sites {
		for _, f := range b.sites[i].Stack {
			w.frames[f.Function] = true
		}
	}
	for _, p := range b.places {
		w.frames[b.strings.text(p.function)] = true
	}
	for _, v := range b.globals {
		if s, _, _, ok := t.statics.owner(v.at); ok {
			w.globals[s.addr] = true
		}
	}
	for _, word := range t.hints.words {
		w.code[word-t.names.slide] = true
	}
	for addr, r := range b.types {
		w.types[b.strings.text(r.name)] = addr - t.names.slide
	}
	return w
}

// roots begins with the types of globals.
func (t *typer) roots(b *builder, rooted []held) {
	if t.info == nil {
		return
	}
	types := make(map[uint32]dwarf.Type) // of roots
	for _, h := range rooted {
		r := &t.g.Roots[h.root]
		if r.Kind != Global {
			continue
		}
		kind, known := types[h.root]
		if !known {
			kind = t.info.global(b.linked[h.root])
			types[h.root] = kind
			if kind != nil {
				r.Type, _ = nameOf(kind)
			}
		}
		inside, label := int64(h.at), ""
		if h.at >= nameless && int(h.at-nameless) < len(b.nameless) {
			kind, inside, label = t.kind(b.nameless[h.at-nameless], deepest)
		}
		if kind != nil {
			t.variable(r, h, kind, inside, label)
		}
	}
}

// variable gives what a slot of a global points to its type, and the slot its
// name.
func (t *typer) variable(r *Root, h held, kind dwarf.Type, inside int64, label string) {
	p, ok := find(kind, inside)
	if !ok {
		return
	}
	if label += p.label; label != "" && len(r.fields) < 1<<12 {
		if r.fields == nil {
			r.fields = make(map[uint32]string)
		}
		r.fields[h.at] = label
	}
	if p.dynamic {
		t.boxed(h.ahead, h.target, uint64(h.inside))
	} else {
		t.lead(p, h.target, uint64(h.inside))
	}
}

// stacks begins with the variables on stacks.
func (t *typer) stacks(places []place, rooted []held) {
	if t.info == nil {
		return
	}
	pointees := make([]pointee, len(places))
	for i, p := range places {
		function := t.strings.text(p.function)
		name, kind, inside, ok := t.info.localAt(function, p.pc-t.slide(), p.at)
		if !ok {
			continue
		}
		pointees[i], _ = find(kind, inside)
		t.g.names[i] = function + ": " + name + pointees[i].label
	}
	for _, h := range rooted {
		if t.g.Roots[h.root].Kind == Goroutine && h.at != 0 {
			t.lead(pointees[h.at], h.target, uint64(h.inside))
		}
	}
}

package heapgraph

import (
	"debug/dwarf"
	"strings"
)

// A pointee is what a pointer leads to, as far as its static type says.
type pointee struct {
	label   string
	target  dwarf.Type // nil if the type does not say
	array   bool       // the target is the first of some
	dynamic bool       // an interface: the word ahead of it says
	tables  dwarf.Type // of a map: the target is an array of pointers to tables, or one group
	text    bool       // a string
	pool    bool       // the parts of a sync.Pool
}

// find walks a type to the pointer at an offset. It reports whether there is
// one that DWARF knows of.
func find(t dwarf.Type, at int64) (p pointee, ok bool) {
	var label strings.Builder
	var around *dwarf.StructType // whose field it is: the struct that the pointer is a field of
	for range 64 {               // nested deeper, nothing is worth a name
		switch u := t.(type) {
		case *dwarf.TypedefType:
			if is(u.Type, "runtime.eface") || is(u.Type, "runtime.iface") {
				return pointee{label: label.String(), dynamic: true}, true
			}
			t = u.Type
		case *dwarf.QualType:
			t = u.Type
		case *dwarf.ArrayType:
			size := u.Type.Size()
			if size <= 0 || at >= u.Count*size {
				return pointee{}, false
			}
			label.WriteString("[]")
			t, at = u.Type, at%size
		case *dwarf.StructType:
			f := fieldOf(u, at)
			switch {
			case f == nil:
				return pointee{}, false
			case u.StructName == "string":
				return pointee{label: label.String(), text: true}, true
			case strings.HasPrefix(u.StructName, "[]"):
				return pointee{label: label.String(), target: elem(f.Type), array: true}, true
			}
			label.WriteString("." + f.Name)
			t, at, around = f.Type, at-f.ByteOffset, u
		case *dwarf.PtrType:
			return leaf(u, around, label.String()), true
		case *dwarf.FuncType:
			return pointee{label: label.String()}, true
		default:
			return pointee{label: label.String()}, true
		}
	}
	return pointee{}, false
}

// leaf says what a plain pointer leads to, which the runtime's own types hide
// in a few places.
func leaf(p *dwarf.PtrType, around *dwarf.StructType, label string) pointee {
	name, field := "", label[strings.LastIndexByte(label, '.')+1:]
	if around != nil {
		name = around.StructName
	}
	switch {
	case strings.HasPrefix(name, "map<") && field == "dirPtr":
		if inner := elem(elem(p)); inner != nil {
			return pointee{label: label, tables: inner}
		}
	case strings.HasPrefix(name, "groupReference<"):
		return pointee{label: label, target: p.Type, array: true}
	case strings.HasPrefix(name, "hchan<") && field == "buf":
		return pointee{label: label, target: sent(around), array: true}
	case name == "sync.Pool" && (field == "local" || field == "victim"):
		return pointee{label: label, pool: true}
	case strings.HasPrefix(name, "sync/atomic.Pointer[") && len(around.Field) > 0:
		if a, ok := around.Field[0].Type.(*dwarf.ArrayType); ok {
			return pointee{label: strings.TrimSuffix(label, ".v"), target: elem(a.Type)}
		}
	}
	return pointee{label: label, target: elem(p)}
}

// sent returns the type of what is sent over a channel.
func sent(channel *dwarf.StructType) dwarf.Type {
	t := dwarf.Type(channel)
	for _, name := range []string{"recvq", "first", "", "elem", ""} {
		switch u := bare(t).(type) {
		case *dwarf.StructType:
			t = nil
			for _, f := range u.Field {
				if f.Name == name {
					t = f.Type
				}
			}
		case *dwarf.PtrType:
			t = u.Type
		}
	}
	return t
}

func fieldOf(s *dwarf.StructType, at int64) *dwarf.StructField {
	for _, f := range s.Field {
		if size := f.Type.Size(); at >= f.ByteOffset && at < f.ByteOffset+size {
			return f
		}
	}
	return nil
}

// elem returns what a pointer type points to; nil if that is not said.
func elem(t dwarf.Type) dwarf.Type {
	p, ok := bare(t).(*dwarf.PtrType)
	if !ok {
		return nil
	}
	if _, void := p.Type.(*dwarf.VoidType); void {
		return nil
	}
	return p.Type
}

// bare removes names from a type.
func bare(t dwarf.Type) dwarf.Type {
	for range 64 { // a damaged file may name a type after itself
		switch u := t.(type) {
		case *dwarf.TypedefType:
			t = u.Type
		case *dwarf.QualType:
			t = u.Type
		default:
			return t
		}
	}
	return t
}

func is(t dwarf.Type, name string) bool {
	s, ok := bare(t).(*dwarf.StructType)
	return ok && s.StructName == name
}

// nameOf writes a type as Go does. The insides of a map have names of DWARF's
// own making.
func nameOf(t dwarf.Type) (name string, inner bool) {
	name = t.Common().Name
	if s, ok := t.(*dwarf.StructType); ok {
		name = s.StructName
	}
	if a, ok := t.(*dwarf.ArrayType); ok && name == "" {
		of, _ := nameOf(a.Type)
		name = "[]" + of
	}
	if p, ok := t.(*dwarf.PtrType); ok && name == "" && p.Type != nil {
		of, inside := nameOf(p.Type)
		return "*" + of, inside
	}
	name = strings.TrimPrefix(name, "noalg.")
	for _, prefix := range []string{"map<", "*table<", "table<", "map.group[", "group<", syncNode, syncEntry, syncIndirect} {
		if strings.HasPrefix(name, prefix) {
			inner = true
		}
	}
	if strings.HasPrefix(name, syncIndirect) {
		name = "sync.Map" // by itself it has no object: it lies in what it is a field of
	}
	if key, value, ok := strings.Cut(strings.TrimPrefix(name, "map<"), ","); ok && strings.HasPrefix(name, "map<") {
		name = "map[" + key + "]" + strings.TrimSuffix(value, ">") // right unless the key's type has a comma
	}
	return name, inner
}

package heapgraph

// A shape is what is known of a kind of object.
type shape struct {
	name string
}

func (b *builder) wantsTypes() bool { return false }

func (b *builder) typed(g *Graph, names *names, interior []uint32, rooted []held) {}

func (g *Graph) typeOf(node uint32) string          { return "" }
func (g *Graph) fieldAt(object, word uint32) string { return "" }

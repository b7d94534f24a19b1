package templates

// HoldersView says who keeps memory alive in one heap graph.
type HoldersView struct {
	Page     Page
	ID       string // of the graph
	Headline Headline
	Graphs   []Choice // of this target, this one among them

	Chain     []ChainStep // from the root to an object
	ChainNote string

	RowsTitle    string
	Rows         []HolderRow
	SampledTitle string
	AllHref      string // "" when the rows are all holders

	TreeTitle string
	Tree      []TreeNode
	TreeMore  string // "200 of 755 638 are shown."
	Search    string // what was searched for, or ""
	Keep      []Link // name and value of what a search keeps of the address

	Before      Link // an older graph of the same life, by name; zero for none
	ChangesNote string
	Changes     []HolderChange
	Notes       []string
}

// HoldersEmptyView offers to take a graph.
type HoldersEmptyView struct {
	Page     Page
	Text     string
	Possible bool   // one can be taken
	Graphs   []Link // older ones
}

// A ChainStep is one card of a path.
type ChainStep struct {
	Via            string // how the card before points here: ".set"
	Kind           string // "global · root", "48 B"
	Name, FullName string
	Lines          []string
}

// A HolderRow is a root and what it holds.
type HolderRow struct {
	Name, FullName, Kind string
	Href                 string
	Current              bool
	Retains              string
	Share                float64 // of the heap, 0 to 1
	Entries              string
	Sampled              string // with its interval
}

// A TreeNode is a row of the dominator tree.
type TreeNode struct {
	Node           string // number
	Level          int    // 0 to 5
	Name, FullName string
	Aside          string
	Href           string // opens it; "" when there is nothing below
	Retains        string
	Share          float64
	Bytes          string
}

// A HolderChange is what became of a holder since an older graph.
type HolderChange struct {
	Name, FullName, Kind string
	Holds, Change        string
	Tone                 string // grew, shrank or same
	Entries              string // "120 → 412"
}

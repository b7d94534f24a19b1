package templates

// A strip is one chart of the live page. What is drawn in it is decided by
// the script of the same key; the readouts beside it are its legend.
type strip struct {
	key, title, about string
	tall              bool
	readouts          []readout
}

type readout struct {
	column, label string
	line          string // class of the line sample; "" has none
	lead          bool
}

var strips = []strip{
	{"memory", "Memory", "Memory: live after GC, in use, goal, RSS and limit", true, []readout{
		{"floor", "floor", "floor", true},
		{"in_use", "in use", "use", false},
		{"goal", "GC goal", "goal", false},
		{"rss", "RSS", "rss", false},
		{"limit", "limit", "limit", false},
	}},
	{"alloc", "Allocated", "Allocation rate in bytes and in objects", false, []readout{
		{"alloc_bytes_per_s", "bytes", "a", true},
		{"alloc_objects_per_s", "objects", "b", false},
		{"alloc_bytes_per_request", "per request", "", false},
	}},
	{"gc", "GC", "GC cycles per second, its share of CPU, longest pause", false, []readout{
		{"gc_per_s", "cycles", "a", true},
		{"gc_cpu", "GC CPU", "b", false},
		{"pause_max_s", "max pause", "c", false},
	}},
	{"goroutines", "Goroutines, in flight", "Goroutines and requests in flight", false, []readout{
		{"goroutines", "goroutines", "a", true},
		{"in_flight", "in flight", "b", false},
	}},
	{"requests", "Requests", "Requests per second, latency, failures", false, []readout{
		{"requests_per_s", "answered", "a", true},
		{"latency_p99_s", "p99", "b", false},
		{"latency_p50_s", "p50", "c", false},
	}},
}

var windows = []struct{ id, text, says string }{
	{"1m", "1 m", "1 minute"}, {"5m", "5 m", "5 minutes"}, {"15m", "15 m", "15 minutes"}, {"1h", "1 h", "1 hour"},
}

// memKeys are the pieces of the memory bar in their order.
var memKeys = []string{"live", "dead", "free", "stacks", "runtime", "outside", "absent", "limit", "gomemlimit"}

// part is one of them, empty when it is not known.
func (m MemBar) part(key string) MemPart {
	for _, p := range m.Parts {
		if p.Key == key {
			return p
		}
	}
	return MemPart{}
}

func memTitle(total string) string {
	if total == "" {
		return "Where memory is"
	}
	return "Where the " + total + " are"
}

// keyHelp lists what the keyboard does on the live page.
var keyHelp = []struct {
	keys string
	says string
	role bool // the instructor's only
}{
	{"1 – 4", "time window: 1 m, 5 m, 15 m, 1 h", false},
	{"Space P", "pause, go live", false},
	{"← →", "cursor by a reading; with Shift by a mark", false},
	{"+ −", "zoom at the cursor", false},
	{"[ ]", "left, right end of a range at the cursor", false},
	{"D", "what grew in the range", false},
	{", .", "pan; by dragging with Shift", false},
	{"0", "back to the whole window", false},
	{"F", "follow the presenter, else the newest data", false},
	{"T", "the visible window as a table", false},
	{"S", "take a snapshot", true},
	{"G", "force a GC", true},
	{"Esc", "leave cursor, zoom and pause, in that order", false},
	{"?", "this list", false},
}

package heapgraph

import (
	"fmt"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
)

// Sentence says the holder in words: "What main.newRiskySet allocates is kept
// by the global strategy.auditLog: 412 of them, 81 MB". The bytes are those that
// the container retains; where it shares them all, what was sampled.
func (h *Holder) Sentence() string {
	var s strings.Builder
	s.WriteString(h.subject())
	name := diff.ShortName(h.Name)
	switch h.Kind {
	case Global:
		fmt.Fprintf(&s, " is kept by the global %s", name)
	case Goroutine:
		if h.Goroutines == 1 {
			fmt.Fprintf(&s, " is kept by a goroutine in %s", name)
		} else {
			fmt.Fprintf(&s, " is kept by %s goroutines in %s", units.Count(float64(h.Goroutines)), name)
		}
	case Unlisted:
		s.WriteString(" has no known holder")
	default:
		fmt.Fprintf(&s, " is kept by the %s", h.Name)
	}
	bytes := float64(h.Container.RetainedBytes)
	if bytes == 0 {
		bytes = h.SampledBytes.Estimate
	}
	if h.Entries > 1 && h.Kind != Goroutine && h.Kind != Unlisted {
		fmt.Fprintf(&s, ": %s of them, %s", units.Count(float64(h.Entries)), units.Bytes(bytes))
	} else {
		fmt.Fprintf(&s, ": %s", units.Bytes(bytes))
	}
	return s.String()
}

// subject names what is held by the first site that is not the runtime's own.
func (h *Holder) subject() string {
	for i := range h.Sites {
		if f := h.Sites[i].Function; !strings.HasPrefix(f, "runtime.") {
			return "What " + diff.ShortName(f) + " allocates"
		}
	}
	return "Memory"
}

// Claim says what a root keeps, wherever it was allocated: "The global
// strategy.auditLog keeps 81 MB alive: 412 entries".
func (h *Holder) Claim() string {
	name, bytes := diff.ShortName(h.Name), units.Bytes(float64(h.RetainedBytes+h.SharedBytes))
	entries := ""
	if h.Entries > 1 {
		entries = ": " + units.Count(float64(h.Entries)) + " entries"
	}
	switch {
	case h.Kind == Global:
		return fmt.Sprintf("The global %s keeps %s alive%s", name, bytes, entries)
	case h.Kind == Goroutine && h.Goroutines == 1:
		return fmt.Sprintf("A goroutine in %s keeps %s alive%s", name, bytes, entries)
	case h.Kind == Goroutine:
		return fmt.Sprintf("%s goroutines in %s keep %s alive", units.Count(float64(h.Goroutines)), name, bytes)
	case h.Kind == Unlisted:
		return fmt.Sprintf("%s are alive for no reason that a dump lists", bytes)
	}
	return fmt.Sprintf("The %s keeps %s alive%s", h.Name, bytes, entries)
}

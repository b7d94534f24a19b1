// Package heapgraph turns a Go heap dump (runtime/debug.WriteHeapDump) into a
// graph of objects and says what holds them.
//
//	dump → Read → Graph → Analyze → Analysis: Holders, Top, Path, Children, Search
//	                ↕ Encode, Decode
//
// A Graph holds sizes, edges, names and types, and nothing of what the objects
// contain, so it may be kept and sent where a dump may not. The format of the
// dump is that of runtime/heapdump.go of Go 1.26: the published description is
// older than the code.
//
// The dump should follow a forced garbage collection, or it holds much that is
// dead already: Analysis.Unlisted counts it. Of what keeps memory alive the
// runtime leaves four things out of a dump: cleanups and weak handles, variables
// whose address was taken on a stack (the words of the frame stand in for
// them), and the data of plugins. What only they hold is unlisted too.
//
// Sampled objects, and with them the sites, are in the dump only if the program
// has runtime.MemProfile linked in, as one with net/http/pprof has.
package heapgraph

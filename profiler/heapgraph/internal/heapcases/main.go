// Heapcases is a small service whose memory has one known holder. It builds
// the case it is asked for and dumps its heap.
//
//	heapcases CASE FILE
//
// FILE.pprof is the heap profile of the same moment.
// On standard output it says how much the runtime's own garbage collector
// found to be live: live=BYTES.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"runtime/pprof"
)

// A scene is a heap with a known holder.
type scene struct {
	build func()
	late  func() // runs between the two collections: a pool survives but one
}

// scenes are the cases by name.
var scenes = map[string]scene{
	"package-variable":  {build: packageVariable},
	"map-in-struct":     {build: mapInStruct},
	"closures":          {build: closures},
	"channel-buffer":    {build: channelBuffer},
	"goroutine-local":   {build: goroutineLocal},
	"timer-heap":        {build: timerHeap},
	"context-children":  {build: contextChildren},
	"sync-map":          {build: syncMap},
	"sync-pool":         {late: syncPool},
	"linked-list":       {build: linkedList},
	"finalizer-cycle":   {build: finalizerCycle},
	"sub-slice":         {build: subSlice},
	"pinned-document":   {build: pinnedDocument},
	"interface-held":    {build: interfaceHeld},
	"inlined":           {build: inlined},
	"ranged":            {build: ranged},
	"slice-of-structs":  {build: sliceOfStructs},
	"static-struct":     {build: staticStruct},
	"static-interface":  {build: staticInterface},
	"generic-container": {build: genericContainer},
	"stuck-senders":     {build: stuckSenders},
	"stack-object":      {build: stackObject},
	"million":           {build: million},
	"four-million":      {build: fourMillion},
	"hundred-thousand":  {build: hundredThousand},
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name, path string) error {
	s, ok := scenes[name]
	if !ok {
		return fmt.Errorf("no case %q", name)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live) // what it allocates the first time is part of the heap from now on
	if s.build != nil {
		s.build()
	}
	runtime.GC()
	if s.late != nil {
		s.late()
	}
	runtime.GC()
	metrics.Read(live)
	fmt.Printf("live=%d\n", live[0].Value.Uint64())
	debug.WriteHeapDump(f.Fd())
	return writeProfile(path + ".pprof")
}

func writeProfile(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return pprof.Lookup("heap").WriteTo(f, 0)
}

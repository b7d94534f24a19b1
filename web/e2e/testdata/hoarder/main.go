// Command hoarder keeps sessions in a global map, writes a heap dump to the
// file that its argument names, and then serves leakline's agent; it prints
// where.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/leakline/leakline/profiler/agent"
)

type session struct {
	user string
	cart []byte
}

type registry struct{ byUser map[string]*session }

var sessions = registry{byUser: make(map[string]*session)}

func openSession(n int) {
	user := fmt.Sprint("user-", n)
	sessions.byUser[user] = &session{user, make([]byte, 16<<10)}
}

func main() {
	for n := range 1000 {
		openSession(n)
	}
	dump, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.GC()
	debug.WriteHeapDump(dump.Fd())
	dump.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	http.Serve(listener, agent.Handler(agent.Config{}))
}

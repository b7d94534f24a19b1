// Command member is one process of a fleet: it serves leakline's agent, makes
// some garbage, and with the argument "leak" keeps one megabyte a second; with
// "quiet" it makes little. It prints where it is.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/leakline/leakline/profiler/agent"
)

var kept [][]byte

func remember(n int) { kept = append(kept, make([]byte, n)) }

func main() {
	leaks, every := len(os.Args) > 1 && os.Args[1] == "leak", 50*time.Millisecond
	if len(os.Args) > 1 && os.Args[1] == "quiet" {
		every = time.Second
	}
	go func() {
		var garbage []byte
		for range time.Tick(every) {
			if garbage = make([]byte, 256<<10); leaks {
				remember(len(garbage) / 5)
			}
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("/debug/", agent.Handler(agent.Config{}))
	if err := http.Serve(listener, mux); err != nil {
		panic(err)
	}
}

// Command stranger is a small service that serves net/http/pprof, knows nothing
// of leakline, and makes a little garbage; it prints where it is.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"time"
)

var garbage []byte

func main() {
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			garbage = make([]byte, 256<<10)
		}
	}()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	http.Serve(listener, nil)
}

// Command dist makes the archives of a release from the checkout it is run in:
//
//	go run ./cmd/dist [folder [os/arch...]]
//
// The same commit gives the same bytes, wherever and whenever it is built by the
// same Go: what varies (paths, build ids, times, owners) is left out.
package main

import (
	"fmt"
	"os"
)

func main() {
	folder, platforms := "dist", everyPlatform
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if len(os.Args) > 2 {
		platforms = os.Args[2:]
	}
	if err := release(".", folder, platforms, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

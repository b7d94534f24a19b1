// Command genstd prints the import paths of the standard library of the Go
// that runs it, sorted, one a line.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "genstd:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: genstd FILE")
	}
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		return fmt.Errorf("listing the standard library: %w", err)
	}
	paths := bytes.Fields(out)
	slices.SortFunc(paths, bytes.Compare)
	return os.WriteFile(args[0], append(bytes.Join(paths, []byte("\n")), '\n'), 0o644)
}

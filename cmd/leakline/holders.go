package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/units"
)

// holdersFlags are the flags of leakline holders.
type holdersFlags struct {
	site, binary, save string
	authFile           string
	top                int
	force, asJSON      bool
}

func newHoldersCommand() *cobra.Command {
	var f holdersFlags
	c := &cobra.Command{
		Use: "holders URL|FILE", Short: "say who keeps a service's memory alive: the path from a global or a goroutine",
		Long: "Asks a service that mounts leakline's agent for the graph of its heap, for which it stands still for some 4 ms\n" +
			"for each MB alive, or reads a file: such a graph (--save), or a dump by runtime/debug.WriteHeapDump (with --binary).",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runHolders(c, args[0], f) },
	}
	c.Flags().StringVar(&f.site, "site", "", "regular expression of function:line: who holds what is allocated there")
	c.Flags().IntVar(&f.top, "top", 5, "holders to list")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&f.force, "force", false, "have the dump made even where the service says that it may hurt")
	c.Flags().StringVar(&f.save, "save", "", "file to keep the graph in")
	c.Flags().StringVar(&f.binary, "binary", "", "program that wrote the dump: names and types come from it")
	c.Flags().StringVar(&f.authFile, "auth-file", "", "file with the service's bearer token, or with user:password")
	return c
}

func runHolders(c *cobra.Command, where string, f holdersFlags) error {
	var site *regexp.Regexp
	if f.site != "" {
		var err error
		if site, err = regexp.Compile(f.site); err != nil {
			return fmt.Errorf("--site: %w", err)
		}
	}
	if f.top < 1 {
		return fmt.Errorf("--top %d: want at least 1", f.top)
	}
	graph, pause, err := heapGraphOf(c.Context(), where, f)
	if err != nil {
		return err
	}
	if f.save != "" {
		if err := saveGraph(f.save, graph); err != nil {
			return err
		}
	}
	r := graph.Analyze().Report(site, f.top)
	r.Target, r.PauseMS = shown(where), pause
	if f.asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(r)
	}
	return printHolders(c.OutOrStdout(), r)
}

// heapGraphOf asks a service, or reads a file.
func heapGraphOf(ctx context.Context, where string, f holdersFlags) (*heapgraph.Graph, *float64, error) {
	if !strings.Contains(where, "://") {
		g, err := readGraph(where, f.binary)
		return g, nil, err
	}
	auth, err := authFrom(f.authFile)
	if err != nil {
		return nil, nil, err
	}
	s, err := target.NewStranger(target.StrangerConfig{URL: where, Auth: auth})
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	capture, err := s.Agent(0).HeapGraph(ctx, f.force)
	if err != nil {
		return nil, nil, err
	}
	return capture.Graph, capture.PauseMS, nil
}

// readGraph reads a graph that was kept, or a dump.
func readGraph(path, binary string) (*heapgraph.Graph, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	var o heapgraph.Options
	if binary != "" {
		if o.Binary, err = heapgraph.OpenBinary(binary); err != nil {
			return nil, fmt.Errorf("--binary: %w", err)
		}
		defer o.Binary.Close()
	}
	read := heapgraph.Decode
	if head, _ := in.Peek(len(dumpHeader)); string(head) == dumpHeader {
		read = heapgraph.Read
	}
	g, err := read(in, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// dumpHeader begins every dump by runtime/debug.WriteHeapDump.
const dumpHeader = "go1.7 heap dump\n"

func saveGraph(path string, g *heapgraph.Graph) error {
	var file bytes.Buffer
	if err := g.Encode(&file); err != nil {
		return fmt.Errorf("--save: %w", err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		return fmt.Errorf("--save: %w", err)
	}
	return nil
}

// printHolders writes the sentence, and for each holder its path, a step a line.
func printHolders(w io.Writer, r *heapgraph.Report) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, r.Summary)
	if r.PauseMS != nil {
		fmt.Fprintf(out, "It stood still for %.0f ms; %s in %s objects are alive.\n", *r.PauseMS, units.Bytes(float64(r.About.Bytes)), units.Count(float64(r.About.Objects)))
	}
	for i := range r.Holders {
		h := &r.Holders[i]
		fmt.Fprintf(out, "\n%10s  %s %s%s\n", units.Bytes(float64(h.RetainedBytes)), h.Kind, diff.ShortName(h.Name), sharedWords(h))
		for j := range h.Path {
			if j == 0 {
				continue // the root, which was just named
			}
			fmt.Fprintf(out, "%10s  → %s\n", "", stepWords(&h.Path[j]))
		}
		for _, s := range h.Sites {
			fmt.Fprintf(out, "%10s  allocated at %s:%d, %s\n", "", diff.ShortName(s.Function), s.Line, units.ByteEstimate(s.Bytes.Low, s.Bytes.Estimate, s.Bytes.High))
		}
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(out, "\n%s\n", warning)
	}
	return out.Flush()
}

// sharedWords say what a holder has beside what it alone retains.
func sharedWords(h *heapgraph.Holder) string {
	if h.SharedBytes == 0 {
		return ""
	}
	return ", and " + units.Bytes(float64(h.SharedBytes)) + " together with others"
}

// stepWords say a step of a path in one line.
func stepWords(s *heapgraph.Step) string {
	words := s.Label
	if s.Type != "" {
		words += "  " + s.Type
	}
	words += "  " + units.Bytes(float64(s.Bytes))
	if s.Site != "" {
		words += "  from " + s.Site
	}
	if s.Repeats > 0 {
		words += fmt.Sprintf("  and %s more alike", units.Count(float64(s.Repeats)))
	}
	return words
}

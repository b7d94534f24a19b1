package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	"github.com/google/pprof/profile"
	"github.com/spf13/cobra"

	"github.com/leakline/leakline/profiler/diff"
)

// diffFlags are the flags of leakline diff.
type diffFlags struct {
	sample   string
	asJSON   bool
	top      int
	userCode string
}

func newDiffCommand() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use: "diff BASE HEAD", Short: "compare two profiles and name the lines that moved, in your own code",
		Long: "Compares two heap (or goroutine) profiles, files as go tool pprof writes them, and ranks the\n" +
			"functions and lines of your own code by what changed, with 95 % intervals.",
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return runDiff(c, args[0], args[1], f) },
	}
	c.Flags().StringVar(&f.sample, "sample", "", "what to rank by: inuse_space (default), inuse_objects, alloc_space, alloc_objects")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().IntVar(&f.top, "top", 10, "print at most so many sites, 0 for all")
	c.Flags().StringVar(&f.userCode, "user-code", "", "regular expression of functions and files that are yours")
	return c
}

func runDiff(c *cobra.Command, basePath, headPath string, f diffFlags) error {
	if f.top < 0 {
		return fmt.Errorf("--top %d: want 0 or more", f.top)
	}
	o := diff.Options{Sample: f.sample}
	if f.userCode != "" {
		re, err := regexp.Compile(f.userCode)
		if err != nil {
			return fmt.Errorf("--user-code: %w", err)
		}
		o.UserCode = re
	}
	base, err := readProfile(basePath)
	if err != nil {
		return err
	}
	head, err := readProfile(headPath)
	if err != nil {
		return err
	}
	report, err := diff.Compare(base, head, o)
	if err != nil {
		return err
	}
	if !f.asJSON {
		return diff.WriteText(c.OutOrStdout(), report, f.top)
	}
	if f.top > 0 && len(report.Sites) > f.top {
		report.Folded += len(report.Sites) - f.top
		report.Sites = report.Sites[:f.top]
	}
	enc := json.NewEncoder(c.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Base string `json:"base"`
		Head string `json:"head"`
		*diff.Report
	}{basePath, headPath, report})
}

func readProfile(path string) (*profile.Profile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := diff.Decode(f, diff.Limits{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

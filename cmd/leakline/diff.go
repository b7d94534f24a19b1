package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/profiler/diff"
)

// diffFlags are the flags of leakline diff.
type diffFlags struct {
	sample   string
	asJSON   bool
	top      int
	userCode string
	failOver string
}

func newDiffCommand() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use: "diff BASE HEAD", Short: "compare two profiles and name the lines that moved, in your own code",
		Long: "Compares two heap (or goroutine) profiles, files as go tool pprof writes them or URLs of services, and ranks the\n" +
			"functions and lines of your own code by what changed, with 95 % intervals.",
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error { return runDiff(c, args[0], args[1], f) },
	}
	c.Flags().StringVar(&f.sample, "sample", "", "what to rank by: inuse_space (default), inuse_objects, alloc_space, alloc_objects")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().IntVar(&f.top, "top", 10, "print at most so many sites, 0 for all")
	c.Flags().StringVar(&f.failOver, "fail-over", "", "exit with 1 when more than this grew for certain: 10MB, 512KiB, or a count")
	c.Flags().StringVar(&f.userCode, "user-code", "", "regular expression of functions and files that are yours")
	return c
}

func runDiff(c *cobra.Command, basePath, headPath string, f diffFlags) error {
	if f.top < 0 {
		return fmt.Errorf("--top %d: want 0 or more", f.top)
	}
	userCode, err := userCodeOf(f.userCode)
	if err != nil {
		return err
	}
	limit, err := parseAmount(f.failOver)
	if err != nil {
		return fmt.Errorf("--fail-over: %w", err)
	}
	o := diff.Options{Sample: f.sample, UserCode: userCode}
	base, head, err := readBoth(c.Context(), basePath, headPath)
	if err != nil {
		return err
	}
	report, err := diff.Compare(base, head, o)
	if err != nil {
		return err
	}
	if err := printDiff(c.OutOrStdout(), report, basePath, headPath, f); err != nil {
		return err
	}
	if f.failOver != "" && report.Total.Low > limit {
		return &faultFound{}
	}
	return nil
}

func printDiff(w io.Writer, report *diff.Report, basePath, headPath string, f diffFlags) error {
	if !f.asJSON {
		return diff.WriteText(w, report, f.top)
	}
	if f.top > 0 && len(report.Sites) > f.top {
		report.Folded += len(report.Sites) - f.top
		report.Sites = report.Sites[:f.top]
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Base string `json:"base"`
		Head string `json:"head"`
		*diff.Report
	}{shown(basePath), shown(headPath), report})
}

// parseAmount reads 10MB, 512KiB or 1000; empty is 0.
func parseAmount(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	digits := strings.TrimRight(text, "kKMGTiB")
	n, err := strconv.ParseFloat(digits, 64)
	scale, known := scales[strings.ToLower(text[len(digits):])]
	if err != nil || !known || !(n >= 0) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q: want an amount such as 10MB, 512KiB or 1000", text)
	}
	return n * scale, nil
}

var scales = map[string]float64{
	"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

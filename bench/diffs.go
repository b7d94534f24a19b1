package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/google/pprof/profile"
)

const (
	diffSamples = 100_000
	diffDepth   = 20
	diffRuns    = 5 // of ours; the peer takes so long that once is enough
)

// diffs compares two large profiles with leakline and with go tool pprof, as
// somebody would type it.
func diffs(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "leakline-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary, err := buildLeakline(ctx, dir)
	if err != nil {
		return nil, err
	}
	base, head := filepath.Join(dir, "base.pb.gz"), filepath.Join(dir, "head.pb.gz")
	for i, path := range []string{base, head} {
		if err := writeLarge(path, i+1); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(head)
	if err != nil {
		return nil, err
	}
	var ours []usage
	for range diffRuns {
		u, err := timed(ctx, binary, "diff", base, head)
		if err != nil {
			return nil, err
		}
		ours = append(ours, u)
	}
	slices.SortFunc(ours, func(a, b usage) int { return int(a.took - b.took) })
	best := ours[len(ours)/2]
	theirs, err := timed(ctx, "go", "tool", "pprof", "-top", "-diff_base", base, head)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("diff of two profiles of %d samples, %.1f MB each", diffSamples, float64(info.Size())/1e6)
	return []row{
		{what, "`go tool pprof -top -diff_base`", best.took.Round(time.Millisecond).String(), theirs.took.Round(10 * time.Millisecond).String(),
			fmt.Sprintf("%.0f times faster", theirs.took.Seconds()/best.took.Seconds()), "≥ 30"},
		{"the same, peak resident memory", "`go tool pprof`", bytesOf(best.peak), bytesOf(theirs.peak),
			fmt.Sprintf("%.2f", float64(best.peak)/float64(theirs.peak)), "≤ 1"},
	}, nil
}

// usage is what one command took.
type usage struct {
	took time.Duration
	peak int64 // bytes resident, of the largest process
}

func timed(ctx context.Context, name string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	began := time.Now()
	if out, err := cmd.Output(); err != nil {
		return usage{}, fmt.Errorf("%s: %w: %.200s", name, err, out)
	}
	u := usage{took: time.Since(began)}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = int64(r.Maxrss) << 10
	}
	return u, nil
}

// writeLarge writes a heap profile like that of a very large service.
func writeLarge(path string, scale int) error {
	rng := rand.New(rand.NewPCG(7, 7))
	p := &profile.Profile{
		SampleType: []*profile.ValueType{
			{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"},
			{Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"},
		},
		PeriodType: &profile.ValueType{Type: "space", Unit: "bytes"}, Period: 512 << 10, TimeNanos: int64(scale) * 1e9,
	}
	const functions = 20_000
	for id := uint64(1); id <= functions; id++ {
		f := &profile.Function{ID: id, Name: fmt.Sprintf("example.com/shop/p%d.(*T%d).Do%d", id%97, id%31, id), Filename: fmt.Sprintf("/src/shop/p%d/f%d.go", id%97, id%31)}
		p.Function = append(p.Function, f)
		p.Location = append(p.Location, &profile.Location{ID: id, Address: id * 64, Line: []profile.Line{{Function: f, Line: int64(id % 500)}}})
	}
	for range diffSamples {
		stack := make([]*profile.Location, diffDepth)
		for i := range stack {
			stack[i] = p.Location[rng.IntN(functions)]
		}
		size := int64(16 << rng.IntN(10))
		n := int64(1+rng.IntN(50)) * int64(scale)
		p.Sample = append(p.Sample, &profile.Sample{
			Location: stack, Value: []int64{2 * n, 2 * n * size, n, n * size}, NumLabel: map[string][]int64{"bytes": {size}},
		})
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return p.Write(f)
}

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"runtime/debug"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/target"
)

// readProfile reads a file, or what a service serves at a URL.
func readProfile(ctx context.Context, where string) (*profile.Profile, error) {
	body, err := open(ctx, where)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	p, err := diff.Decode(body, diff.Limits{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(where), err)
	}
	return p, nil
}

// readBoth reads both sides of a comparison at the same time. Comparing is all
// that the process does before it ends: it collects only when it gets large.
func readBoth(ctx context.Context, basePath, headPath string) (base, head *profile.Profile, err error) {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(oneShotHeap)
	var headErr error
	done := make(chan struct{})
	go func() {
		defer close(done)
		head, headErr = readProfile(ctx, headPath)
	}()
	base, err = readProfile(ctx, basePath)
	<-done
	return base, head, cmp.Or(err, headErr)
}

// oneShotHeap is two thirds of what go tool pprof takes for two profiles of
// 100 000 samples.
const oneShotHeap = 600 << 20

// shown is where without a password.
func shown(where string) string {
	if u, err := url.Parse(where); err == nil && u.User != nil {
		return u.Redacted()
	}
	return where
}

func open(ctx context.Context, where string) (io.ReadCloser, error) {
	if !strings.Contains(where, "://") {
		return os.Open(where)
	}
	auth, err := authFrom("")
	if err != nil {
		return nil, err
	}
	s, err := target.NewStranger(target.StrangerConfig{URL: where, Auth: auth})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	name, query := "heap", url.Values(nil)
	if u, err := url.Parse(where); err == nil && strings.Contains(u.Path, "/debug/pprof/") {
		name, query = path.Base(u.Path), u.Query()
	}
	answer, err := s.Profile(ctx, name, query)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(answer.Body)), nil
}

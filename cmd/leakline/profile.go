package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
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

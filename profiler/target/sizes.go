package target

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
)

const (
	sizesEvery   = time.Second // however many ask
	sizesTimeout = 2 * time.Second
	maxSizes     = 64 << 10 // bytes of an answer; Go has 68 classes
)

// ErrNoSizes reports a service that does not count its objects by size.
var ErrNoSizes = errors.New(`live bytes by size class are told by leakline's agent alone: mount it with mux.Handle("/debug/", agent.Handler(agent.Config{}))`)

// Sizes asks what is in use by size class.
func (t *Target) Sizes(ctx context.Context) ([]profiler.SizeClass, error) {
	resp, err := t.do(ctx, http.MethodGet, "/debug/leakline/sizes", nil)
	if err != nil {
		var refused *Refusal
		if errors.As(err, &refused) && (refused.Status == http.StatusNotFound || refused.Status == http.StatusNotImplemented) {
			return nil, ErrNoSizes
		}
		return nil, fmt.Errorf("asking for the size classes: %w", err)
	}
	defer resp.Body.Close()
	var sizes agent.Sizes
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxSizes)).Decode(&sizes); err != nil {
		return nil, fmt.Errorf("reading the size classes: %w", err)
	}
	for _, c := range sizes.Classes {
		if c.Objects < 0 || c.Bytes < 0 || c.UpTo != nil && *c.UpTo < 0 {
			return nil, errors.New("reading the size classes: a number is negative")
		}
	}
	return append([]profiler.SizeClass{}, sizes.Classes...), nil // none is an empty list
}

// lastSizes is the newest answer, for all who ask within a second.
type lastSizes struct {
	mu      sync.Mutex // held while the process is asked
	patient Patient
	at      time.Time
	classes []profiler.SizeClass
	err     error
}

// Sizes is what is in use by size class, and when that was read.
func (w *Watch) Sizes(ctx context.Context) ([]profiler.SizeClass, time.Time, error) {
	p, err := w.Patient()
	if err != nil {
		return nil, time.Time{}, err
	}
	counts, ok := p.(interface {
		Sizes(context.Context) ([]profiler.SizeClass, error)
	})
	if !ok {
		return nil, time.Time{}, ErrNoSizes
	}
	l := &w.sizes
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.patient != p || time.Since(l.at) >= sizesEvery {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sizesTimeout) // others wait for it
		defer cancel()
		l.patient, l.at = p, time.Now()
		l.classes, l.err = counts.Sizes(ctx)
	}
	return l.classes, l.at, l.err
}

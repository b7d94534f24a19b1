package archive_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
)

func TestRoomIsMadeByTheOldestUnpinned(t *testing.T) {
	tests := []struct {
		name   string
		cfg    archive.Config
		sizes  []int // of the profiles saved first
		pinned []string
		size   int // of the one that needs room
		want   string
	}{
		{"there is room", archive.Config{MaxCount: 4}, []int{1, 1, 1}, nil, 1, "1 2 3 4"},
		{"one too many", archive.Config{MaxCount: 3}, []int{1, 1, 1}, nil, 1, "2 3 4"},
		{"the oldest is pinned", archive.Config{MaxCount: 3}, []int{1, 1, 1}, []string{"1"}, 1, "1 3 4"},
		{"exactly full of bytes", archive.Config{MaxBytes: 40}, []int{10, 10, 10}, nil, 10, "1 2 3 4"},
		{"a byte too many", archive.Config{MaxBytes: 39}, []int{10, 10, 10}, nil, 10, "2 3 4"},
		{"a large one takes the room of several", archive.Config{MaxBytes: 40}, []int{10, 10, 10}, nil, 25, "3 4"},
		{"several, past a pinned one", archive.Config{MaxBytes: 40}, []int{10, 10, 10}, []string{"2"}, 25, "2 4"},
		{"only the newest is not pinned", archive.Config{MaxCount: 3}, []int{1, 1, 1}, []string{"1", "2"}, 1, "1 2 4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, dir, tt.cfg)
			for _, n := range tt.sizes {
				save(t, a, string(make([]byte, n)))
			}
			for _, id := range tt.pinned {
				pin(t, a, id)
			}
			save(t, a, string(make([]byte, tt.size)))
			if got := ids(a); got != tt.want {
				t.Errorf("it holds %s, want %s", got, tt.want)
			}
			u := a.Usage()
			if u.Count > u.MaxCount || u.Bytes > u.MaxBytes {
				t.Errorf("Usage = %+v, beyond its own bounds", u)
			}
			a.Close()
			if got := ids(open(t, dir, tt.cfg)); got != tt.want {
				t.Errorf("after reopening it holds %s, want %s", got, tt.want)
			}
		})
	}
}

func TestARefusalLosesNothing(t *testing.T) {
	tests := []struct {
		name   string
		cfg    archive.Config
		pinned []string
		size   int
	}{
		{"every place is pinned", archive.Config{MaxCount: 3}, []string{"1", "2", "3"}, 1},
		{"the unpinned are too few to make room", archive.Config{MaxBytes: 40}, []string{"1", "2"}, 25},
		{"larger than the whole archive", archive.Config{MaxBytes: 40}, nil, 41},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			a := open(t, dir, tt.cfg)
			for range 3 {
				save(t, a, "0123456789")
			}
			for _, id := range tt.pinned {
				pin(t, a, id)
			}
			before := names(t, dir)
			if _, err := a.Save(profiler.Snapshot{}, make([]byte, tt.size)); !errors.Is(err, archive.ErrFull) {
				t.Errorf("Save: %v, want ErrFull", err)
			}
			if got := names(t, dir); ids(a) != "1 2 3" || !slices.Equal(got, before) {
				t.Errorf("it holds %s in %q, want 1 2 3 in %q", ids(a), got, before)
			}
		})
	}
}

func TestABoundLoweredIsKeptFromTheNextSaveOn(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{})
	for range 5 {
		save(t, a, "x")
	}
	a.Close()
	a = open(t, dir, archive.Config{MaxCount: 2})
	save(t, a, "y")
	if got := ids(a); got != "5 6" {
		t.Errorf("it holds %s, want 5 6", got)
	}
}

package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/target"
)

// maxLabel bounds a label in characters.
const maxLabel = 80

// Snapshots lists what is kept of a target, which may be nil, and what was
// uploaded, oldest first.
func (a *API) Snapshots(t *Target) []profiler.Snapshot {
	list := slices.DeleteFunc(a.Archive.List(), func(s profiler.Snapshot) bool { return (t == nil || s.Target != t.ID) && s.Target != UploadTarget })
	for i := range list {
		list[i] = a.toldSnapshot(list[i])
	}
	return list
}

// UploadTarget is the target of snapshots that somebody brought along.
const UploadTarget = "upload"

func (a *API) snapshots(t *Target, w http.ResponseWriter, _ *http.Request) error {
	u := a.Archive.Usage()
	return answer(w, http.StatusOK, struct {
		Snapshots []profiler.Snapshot `json:"snapshots"`
		Bytes     int64               `json:"bytes"`
		MaxBytes  int64               `json:"max_bytes"`
		MaxCount  int                 `json:"max_count"`
	}{a.Snapshots(t), u.Bytes, u.MaxBytes, u.MaxCount})
}

func (a *API) snapshot(w http.ResponseWriter, r *http.Request) error {
	s, err := a.listed(r.PathValue("id"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, s)
}

// profile sends the bytes as they were captured.
func (a *API) profile(w http.ResponseWriter, r *http.Request) error {
	if _, err := a.Snapshot(r.PathValue("id")); err != nil {
		return err
	}
	raw, err := a.Archive.Profile(r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", r.PathValue("id")+".pb.gz"))
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.Write(raw)
	return nil
}

func (a *API) takeSnapshot(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Label string `json:"label"`
		Kind  string `json:"kind"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if err := checkLabel(want.Label); err != nil {
		return err
	}
	switch want.Kind {
	case "", "heap", "goroutine":
	default:
		return refuse("kind %q: want heap or goroutine", want.Kind)
	}
	s, err := t.Watch.Snapshot(r.Context(), target.Request{Kind: want.Kind, Label: want.Label, Reason: profiler.ReasonManual, By: by})
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, a.toldSnapshot(s))
}

func (a *API) changeSnapshot(w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Label  *string `json:"label"`
		Pinned *bool   `json:"pinned"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if want.Label != nil {
		if err := checkLabel(*want.Label); err != nil {
			return err
		}
	}
	s, err := a.Archive.Update(r.PathValue("id"), archive.Change{Label: want.Label, Pinned: want.Pinned})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, a.toldSnapshot(s))
}

func (a *API) deleteSnapshot(w http.ResponseWriter, r *http.Request) error {
	if err := a.Archive.Delete(r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func checkLabel(label string) error {
	if n := utf8.RuneCountInString(label); n > maxLabel || !utf8.ValidString(label) {
		return refuse("field \"label\": want at most %d characters of UTF-8, this has %d", maxLabel, n)
	}
	return nil
}

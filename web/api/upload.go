package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
)

// UploadPath is where profiles are brought to, by a script or by a form.
const UploadPath = "/api/v1/snapshots/upload"

const (
	maxUpload  = 64 << 20 // bytes of one file
	maxUploads = 2        // files at a time
)

// upload keeps one or two profiles that somebody brought along. Both are read
// before either is kept. A form without a script is led to the comparison.
func (a *API) upload(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxUploads*maxUpload+maxBody)
	parts, err := r.MultipartReader()
	if err != nil {
		return Refuse(http.StatusUnsupportedMediaType, "send one or two files as multipart/form-data")
	}
	var brought []broughtProfile
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refuseUpload(err)
		}
		if len(brought) == maxUploads {
			return refuse("more than %d files are sent: send one or two", maxUploads)
		}
		b, err := readUpload(part)
		if err != nil {
			return err
		}
		brought = append(brought, b)
	}
	if len(brought) == 0 {
		return refuse("no file is sent: send one or two profiles")
	}
	kept := make([]profiler.Snapshot, len(brought))
	for i, b := range brought {
		if kept[i], err = a.Archive.Save(b.Snapshot, b.raw); err != nil {
			return err
		}
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return answer(w, http.StatusCreated, map[string][]profiler.Snapshot{"snapshots": kept})
	}
	to := "/snapshots#snapshot-" + kept[0].ID
	if len(kept) == maxUploads {
		to = "/diff?" + url.Values{"base": {kept[0].ID}, "head": {kept[1].ID}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// A broughtProfile is a file that was read and found to be a profile.
type broughtProfile struct {
	profiler.Snapshot
	raw []byte
}

func refuseUpload(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return Refuse(http.StatusRequestEntityTooLarge, "more than %d MiB are sent: want at most %d files of %d MiB", tooLarge.Limit>>20, maxUploads, maxUpload>>20)
	}
	return refuse("the form ends early: %v", err)
}

func readUpload(part *multipart.Part) (broughtProfile, error) {
	name := label(part.FileName())
	raw, err := io.ReadAll(io.LimitReader(part, maxUpload+1))
	switch {
	case err != nil:
		return broughtProfile{}, refuseUpload(err)
	case len(raw) > maxUpload:
		return broughtProfile{}, Refuse(http.StatusRequestEntityTooLarge, "the file %s has more than %d MiB", name, maxUpload>>20)
	case len(raw) == 0:
		return broughtProfile{}, refuse("field %q holds no file, or an empty one", label(part.FormName()))
	}
	p, err := diff.Decode(bytes.NewReader(raw), diff.Limits{})
	if err != nil {
		return broughtProfile{}, Refuse(http.StatusUnprocessableEntity, "the file %s is no profile that can be read: %v", name, err)
	}
	kind, err := kindOf(p)
	if err != nil {
		return broughtProfile{}, Refuse(http.StatusUnprocessableEntity, "the file %s: %v", name, err)
	}
	at := time.Now()
	if p.TimeNanos > 0 {
		at = time.Unix(0, p.TimeNanos)
	}
	s := profiler.Snapshot{
		Target: UploadTarget, Kind: kind, Label: name, Reason: profiler.ReasonUpload, Time: at, Bytes: int64(len(raw)),
	}
	if kind == diff.KindHeap && p.Period > 0 && p.Period <= 1<<40 {
		s.MemProfileRate = int(p.Period)
	}
	return broughtProfile{s, raw}, nil
}

// kindOf says what kind of profile it is, of those that can be compared.
func kindOf(p *profile.Profile) (string, error) {
	var types []string
	for _, t := range p.SampleType {
		types = append(types, t.Type)
		switch t.Type {
		case diff.InuseSpace:
			return diff.KindHeap, nil
		case "goroutine":
			return "goroutine", nil
		}
	}
	return "", fmt.Errorf("it counts %s: want a heap or a goroutine profile", strings.Join(types, ", "))
}

// label makes a label of a file's name.
func label(name string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(clean); len(runes) > maxLabel {
		clean = string(runes[:maxLabel])
	}
	return clean
}

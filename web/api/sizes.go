package api

import (
	"net/http"

	"github.com/leakline/leakline/profiler"
)

// sizes tells what is in use by size class.
func (a *API) sizes(t *Target, w http.ResponseWriter, r *http.Request) error {
	classes, at, err := t.Watch.Sizes(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, struct {
		Target     string               `json:"target"`
		T          int64                `json:"t"`
		Generation uint32               `json:"generation"`
		Classes    []profiler.SizeClass `json:"classes"`
	}{t.ID, at.UnixMilli(), t.Life().Generation, classes})
}

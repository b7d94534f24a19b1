package api

import (
	"net/http"

	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/lab"
)

// A Strategy is one of the catalog on the wire.
type Strategy struct {
	Name      string `json:"name"`
	Summary   string `json:"summary"`
	Available bool   `json:"available"`
	Reason    string `json:"reason"` // why it is not available, else empty
}

// Strategies lists the catalog in teaching order.
func Strategies() []Strategy {
	var list []Strategy
	for _, spec := range strategy.Catalog() {
		list = append(list, Strategy{Name: spec.Name, Summary: spec.Summary, Available: true})
	}
	return list
}

func (a *API) strategies(t *Target, w http.ResponseWriter, _ *http.Request) error {
	list, current := []Strategy{}, ""
	if t.Lab != nil {
		list, current = Strategies(), t.LabState().Strategy
	}
	return answer(w, http.StatusOK, struct {
		Strategies []Strategy `json:"strategies"`
		Current    string     `json:"current"`
	}{list, current})
}

func (a *API) putStrategy(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Name string `json:"name"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if want.Name == "" {
		return refuse("field \"name\" is missing: name a strategy")
	}
	done, err := t.Lab.Use(r.Context(), want.Name, by)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, done)
}

func (a *API) putLoad(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want lab.LoadChange
	if err := read(w, r, &want); err != nil {
		return err
	}
	load, err := t.Lab.SetLoad(r.Context(), want, by)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, load)
}

func (a *API) putFaults(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want lab.FaultsChange
	if err := read(w, r, &want); err != nil {
		return err
	}
	faults, err := t.Lab.SetFaults(r.Context(), want, by)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, faults)
}

func (a *API) expire(t *Target, w http.ResponseWriter, r *http.Request) error {
	if err := t.Lab.Expire(r.Context(), by); err != nil {
		return err
	}
	return a.state(t, w, r)
}

func (a *API) putLimits(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want lab.LimitsChange
	if err := read(w, r, &want); err != nil {
		return err
	}
	limits, err := t.Lab.SetLimits(r.Context(), want, by)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, limits)
}

func (a *API) gc(t *Target, w http.ResponseWriter, r *http.Request) error {
	if err := t.Watch.GC(r.Context(), by); err != nil {
		return err
	}
	return a.state(t, w, r)
}

func (a *API) restart(t *Target, w http.ResponseWriter, r *http.Request) error {
	if err := t.Lab.Restart(by); err != nil {
		return err
	}
	return a.state(t, w, r)
}

func (a *API) reset(t *Target, w http.ResponseWriter, r *http.Request) error {
	if err := t.Lab.Reset(r.Context(), by); err != nil {
		return err
	}
	t.cover(false)
	return a.state(t, w, r)
}

func (a *API) resume(t *Target, w http.ResponseWriter, r *http.Request) error {
	t.Lab.Resume(by)
	return a.state(t, w, r)
}

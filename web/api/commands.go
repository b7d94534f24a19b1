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

func (a *API) strategies(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, struct {
		Strategies []Strategy `json:"strategies"`
		Current    string     `json:"current"`
	}{Strategies(), a.Lab.State().Strategy})
}

func (a *API) putStrategy(w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Name string `json:"name"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if want.Name == "" {
		return refuse("field \"name\" is missing: name a strategy")
	}
	done, err := a.Lab.Use(r.Context(), want.Name, by)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, done)
}

func (a *API) putLoad(w http.ResponseWriter, r *http.Request) error {
	var want lab.LoadChange
	if err := read(w, r, &want); err != nil {
		return err
	}
	load, err := a.Lab.SetLoad(r.Context(), want, by)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, load)
}

func (a *API) gc(w http.ResponseWriter, r *http.Request) error {
	if err := a.Lab.GC(r.Context(), by); err != nil {
		return err
	}
	return a.state(w, r)
}

func (a *API) restart(w http.ResponseWriter, r *http.Request) error {
	a.Lab.Restart(by)
	return a.state(w, r)
}

func (a *API) reset(w http.ResponseWriter, r *http.Request) error {
	if err := a.Lab.Reset(r.Context(), by); err != nil {
		return err
	}
	return a.state(w, r)
}

func (a *API) resume(w http.ResponseWriter, r *http.Request) error {
	a.Lab.Resume(by)
	return a.state(w, r)
}

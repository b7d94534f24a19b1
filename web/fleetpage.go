package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// fleetPage shows all targets at once, the worst first.
func (s *Server) fleetPage(w http.ResponseWriter, r *http.Request) error {
	f := s.cfg.API.FleetNow(time.Now())
	sortInstances(f.Instances, r.FormValue("sort"))
	view := templates.FleetView{
		Page: s.page(r, nil, "Fleet", "fleet"), Columns: fleetColumns(r.FormValue("sort")),
		Empty: "No process is watched yet. The first ones appear as soon as they are found.",
	}
	view.Tone, view.Lead = fleetLead(f)
	view.Checkers = s.checkersView(r)
	for _, site := range f.Sites {
		view.Sites = append(view.Sites, fleetSite(site))
	}
	for _, in := range f.Instances {
		view.Rows = append(view.Rows, fleetRow(in))
	}
	view.Builds = fleetBuilds(f.Builds, f.Instances)
	for _, source := range f.Sources {
		row := templates.FleetSource{Name: source.Name, Services: strconv.Itoa(source.Services), Says: "as it should be"}
		if source.Error != nil {
			row.Failed, row.Says = true, "at "+clock(time.UnixMilli(source.T))+": "+*source.Error+". What it said before stands."
		}
		view.Sources = append(view.Sources, row)
	}
	view.Over, view.Shard = overWords(f, s.cfg.API.Fleet.Shard.Of), shardWords(f.Shard)
	return s.render(w, r, http.StatusOK, templates.Fleet(view))
}

// fleetCompare goes on to the diff of the newest heaps of two processes or of
// two builds.
func (s *Server) fleetCompare(w http.ResponseWriter, r *http.Request) error {
	compare, what, picked := s.cfg.API.CompareInstances, "processes", r.URL.Query()["id"]
	if builds := r.URL.Query()["build"]; len(picked) == 0 && len(builds) > 0 {
		compare, what, picked = s.cfg.API.CompareBuilds, "builds", builds
	}
	if len(picked) != 2 {
		return api.Refuse(http.StatusBadRequest, "%d %s are picked: pick two", len(picked), what)
	}
	base, head, err := compare(picked[0], picked[1])
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/diff?"+url.Values{"base": {base}, "head": {head}}.Encode(), http.StatusSeeOther)
	return nil
}

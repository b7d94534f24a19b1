package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler/units"
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
	view.Builds = fleetBuilds(f.Builds)
	for _, source := range f.Sources {
		row := templates.FleetSource{Name: source.Name, Services: strconv.Itoa(source.Services), Says: "as it should be"}
		if source.Error != nil {
			row.Failed, row.Says = true, "at "+clock(time.UnixMilli(source.T))+": "+*source.Error+". What it said before stands."
		}
		view.Sources = append(view.Sources, row)
	}
	if f.Over > 0 {
		view.Over = fmt.Sprintf("%s more were found and are not watched: one observer watches %d. Start another one for them.",
			units.Count(float64(f.Over)), len(f.Instances))
	}
	return s.render(w, r, http.StatusOK, templates.Fleet(view))
}

// fleetCompare goes on to the diff of two processes' newest heaps.
func (s *Server) fleetCompare(w http.ResponseWriter, r *http.Request) error {
	ids := r.URL.Query()["id"]
	if len(ids) != 2 {
		return api.Refuse(http.StatusBadRequest, "%d processes are picked: pick two", len(ids))
	}
	base, head, err := s.cfg.API.CompareInstances(ids[0], ids[1])
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/diff?"+url.Values{"base": {base}, "head": {head}}.Encode(), http.StatusSeeOther)
	return nil
}

// fleetLead says in a sentence what is wrong.
func fleetLead(f api.FleetAnswer) (tone, text string) {
	var faults, silent, unjudged int
	for _, in := range f.Instances {
		switch {
		case in.Status.Down():
			silent++
		case in.Verdict == nil:
			unjudged++
		case in.Verdict.Fault():
			faults++
		}
	}
	n := len(f.Instances)
	switch {
	case n == 0:
		return "", "No process is watched yet."
	case faults > 0:
		text = fmt.Sprintf("%d of %d processes have a fault.", faults, n)
		if len(f.Sites) > 0 {
			text = fmt.Sprintf("%d of %d processes have a fault; %s grows on %d of them.", faults, n, f.Sites[0].Function, len(f.Sites[0].Instances))
		}
		tone = "fault"
	case unjudged == n:
		text = "Nothing has been judged yet; that takes half a minute."
	case len(f.Sites) > 0:
		tone, text = "watch", fmt.Sprintf("No process has a fault. %s grows on %d of %d.", f.Sites[0].Function, len(f.Sites[0].Instances), n)
	default:
		tone, text = "sound", fmt.Sprintf("No fault in %d processes.", n-unjudged-silent)
	}
	switch silent {
	case 0:
	case 1:
		text += " One does not answer."
	default:
		text += fmt.Sprintf(" %d do not answer.", silent)
	}
	if silent > 0 {
		tone = cmp.Or(strings.TrimPrefix(tone, "sound"), "watch")
	}
	return tone, text
}

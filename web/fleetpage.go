package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
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

// urgency ranks what a process is called.
func urgency(in api.Instance) int {
	switch {
	case in.Status.Down():
		return 3
	case in.Verdict == nil:
		return 1
	case in.Verdict.Fault():
		return 4
	case *in.Verdict == verdict.Growing || *in.Verdict == verdict.OffHeap:
		return 2
	}
	return 0
}

func slopeOf(in api.Instance) float64 {
	if in.Slope == nil {
		return 0
	}
	return in.Slope.Estimate
}

// fleetOrders are the columns that the table can be sorted by, largest first.
var fleetOrders = map[string]func(api.Instance) float64{
	"verdict":  func(in api.Instance) float64 { return float64(urgency(in)) },
	"floor":    func(in api.Instance) float64 { return float64(in.Floor) },
	"slope":    slopeOf,
	"restarts": func(in api.Instance) float64 { return float64(in.Restarts) },
}

func sortInstances(all []api.Instance, by string) {
	order := fleetOrders[by]
	if order == nil {
		order = fleetOrders["verdict"]
	}
	slices.SortStableFunc(all, func(a, b api.Instance) int {
		return cmp.Or(cmp.Compare(order(b), order(a)), cmp.Compare(slopeOf(b), slopeOf(a)), cmp.Compare(a.ID, b.ID))
	})
}

func fleetColumns(by string) []templates.FleetColumn {
	columns := []templates.FleetColumn{
		{Text: "process"}, {Text: "verdict", Href: "verdict"}, {Text: "trend"}, {Text: "floor", Number: true, Href: "floor"},
		{Text: "grows", Number: true, Href: "slope"}, {Text: "per request", Number: true}, {Text: "restarts", Number: true, Href: "restarts"},
		{Text: "up", Number: true}, {Text: "build"}, {Text: "looked at", Number: true},
	}
	if fleetOrders[by] == nil {
		by = "verdict"
	}
	for i := range columns {
		if key := columns[i].Href; key != "" {
			columns[i].Href, columns[i].Sorted = "/fleet?sort="+key, key == by
		}
	}
	return columns
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

// shownProcesses bounds the links in a row.
const shownProcesses = 3

func fleetSite(s verdict.CommonSite) templates.FleetSite {
	row := templates.FleetSite{
		Function: s.Function, Where: fmt.Sprintf("%s:%d", s.File, s.Line), Holder: s.Holder,
		On: fmt.Sprintf("%d of %d", len(s.Instances), s.Judged),
	}
	if iv := s.BytesPerS; iv != nil {
		row.Grows = perHour(iv)
	} else {
		row.Grows = "goroutines"
	}
	for i, id := range s.Instances {
		if i == shownProcesses {
			row.More = fmt.Sprintf("and %d more", len(s.Instances)-i)
			break
		}
		row.Processes = append(row.Processes, templates.Link{Text: id, Href: "/?" + url.Values{"target": {id}}.Encode()})
	}
	return row
}

// perHour writes a slope by the hour, in which fleets are watched.
func perHour(iv *diff.Interval) string {
	if iv.Noise() {
		return "steady"
	}
	return units.SignedBytes(3600*iv.Estimate) + "/h"
}

func fleetRow(in api.Instance) templates.FleetRow {
	row := templates.FleetRow{
		ID: in.ID, Href: "/?" + url.Values{"target": {in.ID}}.Encode(), Labels: labelWords(in.Labels),
		Status: templates.Status(in.Status), Word: "not judged yet", Summary: in.Summary,
		Restarts: strconv.Itoa(in.Restarts), Build: in.Build,
		Floor: knownBytes(float64(in.Floor), in.FloorExact), PerRequest: knownBytes(float64(in.PerRequest), true),
	}
	if in.Verdict != nil {
		row.Word, row.Tone = string(*in.Verdict), api.VerdictTone(*in.Verdict)
	}
	if in.Status.Down() {
		row.Word, row.Tone = string(in.Status), "watch"
	}
	switch {
	case in.Slope == nil:
	case in.Verdict != nil && settled[*in.Verdict]:
		row.Slope = "steady"
	default:
		row.Slope = perHour(in.Slope)
	}
	if in.UptimeS != nil {
		row.Uptime = uptime(time.Duration(*in.UptimeS) * time.Second)
	}
	if in.LookMS != nil {
		row.Cost = fmt.Sprintf("%s each %s", units.Seconds(*in.LookMS/1e3), units.Seconds(*in.LookEveryS))
	}
	row.Spark, row.SparkSays = spark(in.Spark, time.Duration(in.SparkS)*time.Second)
	return row
}

// settled are the verdicts under which a slope is what chance makes of a short
// time: by the hour it would look like something.
var settled = map[verdict.Word]bool{verdict.Healthy: true, verdict.Churn: true, verdict.Step: true}

func labelWords(labels map[string]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, name+" "+labels[name])
	}
	return strings.Join(words, " · ")
}

// fleetBuilds offers to compare each build with the one above it.
func fleetBuilds(builds []api.Build) (rows []templates.FleetBuild) {
	for i, b := range builds {
		row := templates.FleetBuild{Build: b.Build, Instances: strconv.Itoa(b.Instances), Faults: strconv.Itoa(b.Faults)}
		if b.Slope != nil {
			row.Slope = perHour(b.Slope)
		}
		if i > 0 && b.Median != "" && builds[i-1].Median != "" {
			row.Compare = "/fleet/compare?" + url.Values{"id": {builds[i-1].Median, b.Median}}.Encode()
		}
		rows = append(rows, row)
	}
	return rows
}

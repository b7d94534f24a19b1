package web

import (
	"fmt"
	"maps"
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

// shownProcesses bounds the links in a row.
const shownProcesses = 3

func fleetSite(s verdict.CommonSite) templates.FleetSite {
	row := templates.FleetSite{
		Function: s.Function, Where: fmt.Sprintf("%s:%d", diff.ShortFile(s.File), s.Line), Holder: s.Holder,
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

// slopeWords is nothing while the slope is unknown.
func slopeWords(in api.Instance) string {
	switch {
	case in.Slope == nil:
		return ""
	case in.Verdict != nil && settled[*in.Verdict]:
		return "steady"
	}
	return perHour(in.Slope)
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
	if in.Withheld && in.Status.Down() {
		row.Note = "Not sent the secret of --auth-file: its host is not among --auth-hosts."
	}
	if in.Status.Down() {
		row.Word, row.Tone = string(in.Status), "watch"
	}
	if in.GoneT != nil {
		row.Note = "Not listed any more since " + clock(time.UnixMilli(*in.GoneT)) + "."
		if in.Status.Down() {
			row.Word, row.Tone = "gone", ""
		}
	}
	row.Slope = slopeWords(in)
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

// fleetBuilds says of each build's slope what its median instance's row says.
func fleetBuilds(builds []api.Build, instances []api.Instance) (rows []templates.FleetBuild) {
	for _, b := range builds {
		row := templates.FleetBuild{Build: b.Build, Instances: strconv.Itoa(b.Instances), Faults: strconv.Itoa(b.Faults)}
		if at := slices.IndexFunc(instances, func(in api.Instance) bool { return in.ID == b.Median }); at >= 0 {
			row.Slope = slopeWords(instances[at])
		}
		rows = append(rows, row)
	}
	return rows
}

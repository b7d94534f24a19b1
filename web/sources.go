package web

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

const (
	strategyDir = "checker/strategy/"
	around      = 4 // lines shown before and after a hot one
	maxSources  = 3
)

// sources shows the patient's own code beside what its lines account for. It
// shows nothing but the strategies, as they were compiled into this binary: a
// path in a profile opens no file.
func (s *Server) sources(c *api.Comparison) []templates.Source {
	var files []string
	for i := range c.Sites {
		file := c.Sites[i].File
		if strings.Contains(file, strategyDir) && !slices.Contains(files, file) && len(files) < maxSources {
			files = append(files, file)
		}
	}
	var sources []templates.Source
	for _, file := range files {
		if source, ok := sourceView(c, file); ok {
			sources = append(sources, source)
		}
	}
	return sources
}

func sourceView(c *api.Comparison, file string) (templates.Source, bool) {
	name := path.Base(strings.ReplaceAll(file, `\`, "/"))
	raw, err := strategy.Source.ReadFile(name)
	if err != nil {
		return templates.Source{}, false
	}
	hot, err := diff.Lines(c.HeadProfile, file, c.Options)
	if err != nil || len(hot) == 0 {
		return templates.Source{}, false
	}
	v := templates.Source{
		ID: "source-" + strings.TrimSuffix(name, ".go"), Title: strategyDir + name,
		Note: lineNote(c.Sample) + ", by line",
	}
	most := 0.0
	for _, iv := range hot {
		most = max(most, iv.Estimate)
	}
	text := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	from, to := excerpt(hot, len(text))
	for n := from; n <= to; n++ {
		line := templates.SourceLine{Number: strconv.Itoa(n), Text: text[n-1]}
		if iv, ok := hot[n]; ok {
			line.Figure, line.Share = lineFigure(c.Sample, iv), iv.Estimate/most
		}
		v.Lines = append(v.Lines, line)
	}
	return v, true
}

// excerpt is the stretch of lines, from 1, that holds every hot one.
func excerpt(hot map[int]diff.Interval, lines int) (from, to int) {
	numbers := slices.Sorted(maps.Keys(hot))
	return max(1, min(numbers[0]-around, lines)), min(lines, numbers[len(numbers)-1]+around)
}

func lineNote(sample string) string {
	switch sample {
	case diff.InuseSpace:
		return "bytes alive in head"
	case diff.InuseObjects:
		return "objects alive in head"
	case diff.AllocSpace:
		return "bytes allocated until head"
	}
	return "objects allocated until head"
}

func lineFigure(sample string, iv diff.Interval) string {
	if diff.InBytes(sample) {
		return units.Bytes(iv.Estimate)
	}
	return units.ShortCount(iv.Estimate)
}

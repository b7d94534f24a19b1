package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/web/api"
)

// noted are the parameters that the log names. All are checked before a request
// succeeds, and of one that fails none is noted: what stands in the place of a
// name may be anything, a token too.
var noted = append([]string{
	"name", "rps", "risky_share", "risky_users", "times_capacity", "redis", "updater", "memory_limit", "gomemlimit",
	"checker_cpus", "a", "b", "seconds", "kind", "force", "pinned", "lesson", "step", "action", "covered", "presenting", "id", "target",
}, faultNames()...)

func faultNames() (names []string) {
	for _, n := range lab.FaultNumbers() {
		names = append(names, n.Name)
	}
	return names
}

// routeName is the method and the pattern, never the path.
func routeName(r *http.Request, route api.Route) string {
	_, path, cut := strings.Cut(route.Pattern, " ")
	if !cut {
		path = route.Pattern
	}
	return r.Method + " " + path
}

// fieldsOf are those of a body by their names, in lower case as its reader takes
// any case, and whether that is all of it.
func fieldsOf(body []byte) (fields map[string]any, whole bool) {
	var found map[string]any
	json.Unmarshal(body, &found) // no JSON has no fields
	fields = make(map[string]any, len(found))
	for name, value := range found {
		fields[strings.ToLower(name)] = value
	}
	return fields, len(body) < maxNotedBody
}

// parameters are those of a request that has succeeded, name=value.
func parameters(r *http.Request, route api.Route, fields map[string]any) string {
	var all []string
	for _, name := range noted {
		value := r.PathValue(name)
		if name == "target" {
			value = r.URL.Query().Get(name)
		}
		switch v := fields[name].(type) {
		case string:
			value = v
		case bool:
			value = fmt.Sprint(v)
		case float64:
			value = fmt.Sprint(v)
			if name == "action" {
				value += pressed(r, int(v))
			}
		}
		if value != "" {
			all = append(all, name+"="+value)
		}
	}
	if strings.HasSuffix(route.Pattern, "/pprof/") {
		if profile := strings.TrimPrefix(r.URL.Path, "/debug/pprof/"); slices.Contains(profiles, profile) {
			all = append(all, "profile="+profile)
		}
	}
	text := strings.ToValidUTF8(strings.Join(all, " "), "")
	if len(text) > maxNotedText {
		text = strings.ToValidUTF8(text[:maxNotedText], "") + "…"
	}
	return text
}

// pressed is what the button of a lesson's step says, in brackets.
func pressed(r *http.Request, place int) string {
	l, err := lesson.Find(r.PathValue("lesson"))
	if err != nil {
		return ""
	}
	s, err := l.Step(r.PathValue("step"))
	if err != nil || place < 0 || place >= len(s.Do) {
		return ""
	}
	return " (" + s.Do[place].Label + ")"
}

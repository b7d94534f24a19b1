package lesson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/lab"
)

// An Action is one of the lab's own commands with its argument. The verbs are
// few, so that a lesson can do nothing that an instructor could not.
type Action struct {
	Verb   string
	Name   string // of a strategy
	RPS    float64
	Faults lab.FaultsChange
	Memory int64 // bytes of the limit
}

// verbs say what each takes after it, and what a button calls it.
var verbs = map[string]struct {
	take  func(*Action, string) error
	label func(*Action) string
}{
	"strategy": {(*Action).takeStrategy, func(a *Action) string { return "Switch to " + a.Name }},
	"load":     {(*Action).takeLoad, func(a *Action) string { return fmt.Sprintf("Load %v/s", a.RPS) }},
	"faults":   {(*Action).takeFaults, func(a *Action) string { return "Set the faults" }},
	"limit":    {(*Action).takeLimit, func(a *Action) string { return fmt.Sprintf("Limit %d MiB", a.Memory>>20) }}, // waits
	"gc":       {nothing, func(*Action) string { return "Force GC" }},
	"snapshot": {nothing, func(*Action) string { return "Snapshot" }},
	"expire":   {nothing, func(*Action) string { return "Expire the cache now" }},
	"reset":    {nothing, func(*Action) string { return "Reset" }},
	"scored":   {nothing, func(*Action) string { return "Wait for a score" }}, // waits
}

func nothing(_ *Action, rest string) error {
	if rest != "" {
		return fmt.Errorf("%q is too much", rest)
	}
	return nil
}

func (a *Action) takeStrategy(name string) error {
	if !slices.ContainsFunc(strategy.Catalog(), func(s strategy.Spec) bool { return s.Name == name }) {
		return fmt.Errorf("no strategy %q", name)
	}
	a.Name = name
	return nil
}

func (a *Action) takeLoad(rps string) (err error) {
	a.RPS, err = strconv.ParseFloat(rps, 64)
	return err
}

// takeLimit reads MiB.
func (a *Action) takeLimit(mebibytes string) error {
	n, err := strconv.ParseInt(mebibytes, 10, 64)
	a.Memory = n << 20
	return err
}

// takeFaults reads "setex_latency_ms=60000 updater=naive", by the names of the
// API.
func (a *Action) takeFaults(pairs string) error {
	all := make(map[string]any)
	for pair := range strings.FieldsSeq(pairs) {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("%q: want name=value", pair)
		}
		all[name] = value
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			all[name] = n
		}
	}
	if len(all) == 0 {
		return errors.New("which faults")
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(&a.Faults)
}

// parseActions reads "strategy list-scan; load 100".
func parseActions(text string) (all []Action, err error) {
	for one := range strings.SplitSeq(text, ";") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(one), " ")
		known, ok := verbs[verb]
		if !ok {
			return nil, fmt.Errorf("no action %q", verb)
		}
		a := Action{Verb: verb}
		if err := known.take(&a, rest); err != nil {
			return nil, fmt.Errorf("%s: %w", verb, err)
		}
		all = append(all, a)
	}
	return all, nil
}

// parseButton reads an action, or a label, a bar and actions: what the first of
// several is called does not say what they do together.
func parseButton(text string) (Button, error) {
	label, rest, own := strings.Cut(text, " | ")
	if !own {
		rest = text
	}
	actions, err := parseActions(rest)
	if err != nil {
		return Button{}, err
	}
	switch {
	case !own && len(actions) > 1:
		return Button{}, fmt.Errorf("%q are several actions: want a label and a bar before them", text)
	case !own:
		label = verbs[actions[0].Verb].label(&actions[0])
	}
	return Button{label, actions}, nil
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/leakline/leakline/checker/fleet"
)

// A muster is a fleet as it was seen at one time.
type muster struct {
	Fleet   string      `json:"fleet"`
	Latest  fleet.Order `json:"latest"` // generation 0 before the first order
	Members []mustered  `json:"members"`
}

// A mustered member is one, and whether it is behind. One that is silent counts
// as behind.
type mustered struct {
	fleet.Member
	Behind  bool    `json:"behind"`
	SilentS float64 `json:"silent_s"` // 0 while it is heard of
}

// take asks the fleet for what it is now.
func take(ctx context.Context, f *fleet.Fleet) (muster, error) {
	latest, err := f.Latest(ctx)
	if err != nil {
		return muster{}, err
	}
	members, err := f.Members(ctx)
	if err != nil {
		return muster{}, err
	}
	m := muster{Fleet: f.Name(), Latest: latest, Members: []mustered{}}
	for _, one := range members {
		m.Members = append(m.Members, mustered{one, one.Behind(latest), one.Silent.Seconds()})
	}
	return m, nil
}

func (m muster) behind() int {
	n := 0
	for _, one := range m.Members {
		if one.Behind {
			n++
		}
	}
	return n
}

// silent lists who is not heard of.
func (m muster) silent() (ids []string) {
	for _, one := range m.Members {
		if one.Silent > 0 {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

// missing says how many are silent, if there are any.
func (m muster) missing() string {
	if n := len(m.silent()); n > 0 {
		return fmt.Sprintf(", %d not heard of", n)
	}
	return ""
}

func (m muster) print(w io.Writer, asJSON bool, now time.Time) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	}
	if m.Latest.Generation == 0 {
		fmt.Fprintf(w, "fleet %s: %s%s, nothing ordered yet\n", m.Fleet, checkers(len(m.Members)), m.missing())
	} else {
		fmt.Fprintf(w, "fleet %s: %s, %d behind%s; generation %d is %s, ordered by %s at %s\n", m.Fleet, checkers(len(m.Members)), m.behind(), m.missing(),
			m.Latest.Generation, m.Latest.Strategy, m.Latest.By, m.Latest.At.Format(time.RFC3339))
	}
	if len(m.Members) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tURL\tSTRATEGY\tGENERATION\tBEHIND\tVERSION\tSEEN\t")
	for _, one := range m.Members {
		behind, note := "-", ""
		switch {
		case one.Silent > 0:
			behind, note = "?", fmt.Sprintf("not heard of for %.0f s", one.Silent.Seconds())
		case one.Behind:
			behind = fmt.Sprint(m.Latest.Generation - one.Generation)
		}
		if one.Updater && one.Silent == 0 {
			note = "publishes the risky users"
		}
		if one.Failed != "" {
			note = strings.TrimPrefix(note+"; failed: "+one.Failed, "; ")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%.0f s ago\t%s\n",
			one.ID, cmp.Or(one.URL, "-"), one.Strategy, one.Generation, behind, one.Version, max(0, now.Sub(one.At).Seconds()), note)
	}
	return table.Flush()
}

func checkers(n int) string { return plural(n, "checker") }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

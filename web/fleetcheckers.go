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

// checkersView says who decides how; nil where no fleet of checkers is watched.
func (s *Server) checkersView(r *http.Request) *templates.FleetCheckers {
	now := s.cfg.API.CheckersNow(r.Context())
	if now == nil {
		return nil
	}
	view := &templates.FleetCheckers{Title: "Checkers of fleet " + now.Name, Says: "No order has been given yet."}
	current := ""
	if now.Latest != nil {
		current = now.Latest.Strategy
		view.Says = fmt.Sprintf("Order %d: %s, by %s at %s. %s", now.Latest.Generation, current, now.Latest.By, clock(now.Latest.At.Local()), behindWords(now))
	}
	if now.Error != nil {
		view.Trouble = "Redis cannot be asked: " + *now.Error + "."
		if now.T > 0 {
			view.Trouble += " What stands here was so at " + clock(time.UnixMilli(now.T)) + "; each checker goes on with its strategy."
		}
	}
	if shared := sharedWords(now); shared != "" {
		view.Trouble = strings.TrimSpace(view.Trouble + " " + shared)
	}
	for _, strategy := range api.Strategies() {
		view.Strategies = append(view.Strategies, templates.FleetStrategy{Name: strategy.Name, Current: strategy.Name == current})
	}
	for _, m := range now.Members {
		view.Rows = append(view.Rows, s.memberRow(m))
	}
	return view
}

// behindWords says how many have yet to follow, and of how many that is not
// known.
func behindWords(c *api.CheckersAnswer) string {
	behind, silent := 0, 0
	for _, m := range c.Members {
		switch {
		case m.Silent > 0:
			silent++
		case m.Behind:
			behind++
		}
	}
	n := len(c.Members)
	if behind+silent == 0 {
		return fmt.Sprintf("All %d have applied it.", n)
	}
	var words []string
	if behind > 0 {
		words = append(words, fmt.Sprintf("%d of %d have yet to apply it.", behind, n))
	}
	switch {
	case silent == 1:
		words = append(words, fmt.Sprintf("1 of %d not heard of: it may decide by another.", n))
	case silent > 1:
		words = append(words, fmt.Sprintf("%d of %d not heard of: they may decide by another.", silent, n))
	}
	return strings.Join(words, " ")
}

// sharedWords says that some have one address, so that whoever asks there
// reaches one of them; "" where each has its own.
func sharedWords(c *api.CheckersAnswer) string {
	members, addresses := 0, make(map[string]bool)
	for _, m := range c.Members {
		if m.URL != "" && m.Silent == 0 {
			members++
			addresses[m.URL] = true
		}
	}
	switch n := len(addresses); {
	case n == members:
		return ""
	case n == 1:
		return fmt.Sprintf("%d members, 1 address: they are watched as one process. --advertise gives each its own.", members)
	default:
		return fmt.Sprintf("%d members, %d addresses: those that share one are watched as one process. --advertise gives each its own.", members, n)
	}
}

func (s *Server) memberRow(m api.Member) templates.FleetMember {
	row := templates.FleetMember{
		ID: m.ID, Name: cmp.Or(m.URL, m.ID), Strategy: m.Strategy, Generation: strconv.FormatUint(m.Generation, 10),
		Word: "up to date", Tone: "sound", Version: m.Version, Seen: units.Duration(max(0, time.Since(m.At)).Round(time.Second)) + " ago",
	}
	switch {
	case m.Silent > 0:
		row.Word, row.Tone = "not heard of for "+units.Duration(m.Silent.Round(time.Second)), "fault"
	case m.Failed != "":
		row.Word, row.Tone = m.Failed, "fault"
	case m.Behind:
		row.Word, row.Tone = "behind", "watch"
	}
	if m.Updater && m.Silent == 0 {
		row.Word += ", publishes the risky users"
	}
	for _, t := range s.cfg.API.Targets.All() {
		if m.URL != "" && t.Where == m.URL {
			row.Href = "/?" + url.Values{"target": {t.ID}}.Encode()
		}
	}
	return row
}

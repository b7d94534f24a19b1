package web

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

// render writes a page, whole or not at all.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var body bytes.Buffer
	if err := page.Render(r.Context(), &body); err != nil {
		return fmt.Errorf("rendering the page: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return api.WriteBody(w, r, status, body.Bytes())
}

// page is what stands around every page's content.
func (s *Server) page(r *http.Request, t *api.Target, title, nav string) templates.Page {
	_, offset := time.Now().Zone()
	p := templates.Page{
		AssetBase: s.assets.base, Title: title, Nav: nav,
		Instructor: roleOf(r) == guard.Instructor, ZoneMinute: offset / 60, Plain: s.cfg.Plain,
		Large: nav == "live" && r.FormValue("view") == "room",
	}
	all := s.cfg.API.Targets.All()
	p.Fleet = s.cfg.API.Fleet.Watches || len(all) > 1
	if t == nil { // nothing is watched yet
		return p
	}
	life := t.Life()
	p.Target, p.TargetKind, p.Status = t.ID, "lab", templates.Status(life.Status)
	p.Generation, p.Viewers = strconv.Itoa(int(life.Generation)), strconv.Itoa(t.Hub.Usage().Viewers)
	if t.Lab == nil {
		p.TargetKind = "attached"
	}
	if p.Instructor {
		p.Desk = s.deskView(r)
	}
	if !life.Since.IsZero() {
		p.Uptime = uptime(time.Since(life.Since))
	}
	if len(all) > 1 {
		if len(all) <= maxPicker && nav != "fleet" {
			p.Targets = s.targetLinks(t, nav)
		}
		p.Query = "?" + url.Values{"target": {t.ID}}.Encode()
	}
	return p
}

// maxPicker is how many targets every page offers to go to; of more, the fleet's
// page has the list.
const maxPicker = 12

// targetLinks leads to the same page of every target.
func (s *Server) targetLinks(current *api.Target, nav string) []templates.TargetLink {
	path := cmp.Or(map[string]string{"snapshots": "/snapshots", "holders": "/holders", "learn": "/learn", "room": "/room", "report": "/report"}[nav], "/") // a diff is of one target alone
	var links []templates.TargetLink
	for _, t := range s.cfg.API.Targets.All() {
		life, v := t.Life(), t.Verdict()
		links = append(links, templates.TargetLink{
			ID: t.ID, Href: path + "?" + url.Values{"target": {t.ID}}.Encode(), Current: t == current,
			Status: templates.Status(life.Status), Word: word(v.Word), Tone: api.VerdictTone(v.Word),
		})
	}
	return links
}

// targetOr is the target that the request names, else the one of this id, else
// the first; nil when there is none.
func (s *Server) targetOr(r *http.Request, id string) *api.Target {
	for _, id := range []string{r.FormValue("target"), id} {
		if t, err := s.cfg.API.Find(id); err == nil && id != "" {
			return t
		}
	}
	t, _ := s.cfg.API.Find("")
	return t
}

// anonymousPage is for who has shown no token: it says nothing of the lab.
func (s *Server) anonymousPage(title string) templates.Page {
	return templates.Page{AssetBase: s.assets.base, Title: title, Anonymous: true}
}

// errorPage tells a person what was found, where, and what to try.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error) {
	status := api.StatusOf(err)
	view := templates.ErrorView{
		Page: s.anonymousPage(http.StatusText(status)), Status: strconv.Itoa(status),
		Found: sentence(api.Detail(err)), Where: r.Method + " " + r.URL.Path, Try: tryInstead(status),
		Back: templates.Link{Text: "To the live page", Href: "/"},
	}
	if taken := new(guard.TakenError); errors.As(err, &taken) {
		view.Try = "Press Take over at the top of this page, and then do it once more."
	}
	if roleOf(r) != guard.Anyone || s.cfg.Guard.SenderOf(r).Role != guard.Anyone {
		view.Page = s.page(r, s.targetOr(r, ""), view.Page.Title, "")
		view.Page.Instructor = s.cfg.Guard.SenderOf(r).Role == guard.Instructor
	}
	if renderErr := s.render(w, r, status, templates.Error(view)); renderErr != nil {
		s.cfg.Log.Error("error page failed", "error", renderErr)
		api.Problem(w, err)
	}
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func tryInstead(status int) string {
	switch status {
	case http.StatusNotFound:
		return "It may have been deleted since the link was made. The snapshots page lists what there is."
	case http.StatusForbidden:
		return "Open the instructor's link that leakline printed at start."
	case http.StatusMisdirectedRequest:
		return "Open the link that leakline printed at start, letter by letter."
	case http.StatusNotImplemented:
		return "Go back: what else there is works without it."
	case http.StatusServiceUnavailable:
		return "The process is not there now; try again in a moment."
	}
	return "Go back and try once more. If it stays so, the log of leakline says more."
}

// uptime writes a time span in whole seconds, as the page's script does.
func uptime(d time.Duration) string {
	s := int(d.Seconds())
	switch {
	case s < 60:
		return fmt.Sprintf("%d\u00a0s", s)
	case s < 3600:
		return fmt.Sprintf("%d\u00a0m %02d\u00a0s", s/60, s%60)
	}
	return fmt.Sprintf("%d\u00a0h %02d\u00a0m", s/3600, s/60%60)
}

// clock is a time of day as pages write it.
func clock(t time.Time) string { return t.Format("15:04:05") }

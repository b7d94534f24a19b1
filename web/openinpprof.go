package web

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/pprofui"
)

// pprofPolicy is for pprof's pages alone. Their scripts stand in the page, and
// what they show comes out of a profile: so they run without our origin, and
// can send nothing.
const pprofPolicy = "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " +
	"img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// openInPprof shows a snapshot, or what changed between two, in pprof's own
// pages.
func (s *Server) openInPprof(w http.ResponseWriter, r *http.Request) error {
	subject := pprofui.Subject{Base: r.PathValue("base"), Head: r.PathValue("head")}
	if subject.Head == "" {
		subject.Head = r.PathValue("id")
	}
	for _, id := range []string{subject.Base, subject.Head} {
		if id == "" {
			continue
		}
		if _, err := s.cfg.API.Snapshot(id); err != nil { // what was kept ready may be covered or gone by now
			return err
		}
	}
	view := r.PathValue("view")
	switch {
	case view == "": // pprof's own link to the start, "./"
		http.Redirect(w, r, "flamegraph?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	case view == "download" && subject.Base == "":
		http.Redirect(w, r, "/api/v1/snapshots/"+url.PathEscape(subject.Head)+"/profile.pb.gz", http.StatusSeeOther)
		return nil
	}
	page, err := s.pages.Page(r.Context(), subject, view, r.URL.Query())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", page.ContentType+"; charset=utf-8")
	w.Header().Set("Content-Security-Policy", pprofPolicy)
	w.Header().Del("Cross-Origin-Opener-Policy") // a browser shows no sandboxed page that has one
	return api.WriteBody(w, r, http.StatusOK, page.Body)
}

// pprofHref leads to pprof's flame graph of a snapshot, or of what changed
// since base.
func pprofHref(base, head, sample string) string {
	href := "/pprof/" + url.PathEscape(head) + "/flamegraph"
	if base != "" {
		href = fmt.Sprintf("/pprof/diff/%s/%s/flamegraph", url.PathEscape(base), url.PathEscape(head))
	}
	if sample != "" {
		href += "?" + url.Values{"si": {sample}}.Encode()
	}
	return href
}

package web

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

// routes is everything the server answers and what each needs. The last one
// takes what no other does.
func (s *Server) routes() []api.Route {
	routes := []api.Route{
		{Pattern: "GET /{$}", Need: guard.Viewer, Handle: s.livePage},
		{Pattern: "GET /fleet", Need: guard.Viewer, Handle: s.fleetPage},
		{Pattern: "GET /fleet/compare", Need: guard.Viewer, Handle: s.fleetCompare},
		{Pattern: "GET /snapshots", Need: guard.Viewer, Handle: s.snapshotsPage},
		{Pattern: "GET /diff", Need: guard.Viewer, Handle: s.diffPage},
		{Pattern: "GET /holders", Need: guard.Instructor, Handle: s.holdersNow},
		{Pattern: "GET /holders/{id}", Need: guard.Instructor, Handle: s.holdersPage},
		{Pattern: "GET /learn", Need: guard.Viewer, Handle: s.learnPage},
		{Pattern: "GET /learn/{lesson}", Need: guard.Viewer, Handle: s.lessonPage},
		{Pattern: "GET /report", Need: guard.Viewer, Handle: s.reportPage},
		{Pattern: "GET /report.html", Need: guard.Viewer, Handle: s.reportFile},
		{Pattern: "GET /room", Need: guard.Viewer, Handle: s.roomPage},
		{Pattern: "GET /pprof/{id}/{view...}", Need: guard.Viewer, Handle: s.openInPprof},
		{Pattern: "GET /pprof/diff/{base}/{head}/{view...}", Need: guard.Viewer, Handle: s.openInPprof},
		{Pattern: "GET /audit", Need: guard.Instructor, Handle: s.auditPage},
		{Pattern: "GET /api/v1/audit", Need: guard.Instructor, Handle: s.auditEntries},
		{Pattern: "GET " + deskPath, Need: guard.Instructor, Handle: s.showDesk},
		{Pattern: "POST " + deskPath, Need: guard.Instructor, Handle: s.takeDesk},
		{Pattern: "POST " + deskForm, Need: guard.Instructor, Handle: s.takeDeskByForm},
		{Pattern: "GET /debug/self", Need: guard.Instructor, Handle: s.selfPage},
		{Pattern: "GET /ws", Need: guard.Viewer, Handle: s.websocket},
		{Pattern: "GET /self/debug/", Need: guard.Instructor, Handle: s.selfDebug},
		{Pattern: "GET /debug/pprof/", Need: guard.Instructor, Handle: s.pprof},
		{Pattern: "GET /static/{version}/{path...}", Need: guard.Anyone, Handle: s.assets.serve},
		{Pattern: "POST /session", Need: guard.Anyone, Handle: s.signIn},
		{Pattern: "GET /healthz", Need: guard.Anyone, Handle: s.healthz},
		{Pattern: "GET /readyz", Need: guard.Anyone, Handle: s.readyz},
		{Pattern: "GET /metrics", Need: guard.Viewer, Handle: s.metrics},
		{Pattern: "GET /api/openapi.yaml", Need: guard.Anyone, Handle: s.contract},
		{Pattern: "/", Need: guard.Anyone, Handle: s.nothingHere},
	}
	return append(routes, s.cfg.API.Routes()...)
}

// roleOf is the role the guard found, for pages that show more to some.
func roleOf(r *http.Request) guard.Role { return guard.SenderFrom(r.Context()).Role }

// handle puts the guard in front of a route and failures behind it.
func (s *Server) handle(route api.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard.SetHeaders(w.Header())
		if s.cfg.Guard.KnowsHost(r) && s.followLink(w, r) {
			return
		}
		sender, err := s.cfg.Guard.Check(r, route.Need)
		if sender.Role > guard.Anyone {
			s.crowd.know(r.Context())
		}
		if err != nil && r.Header.Get("Authorization") != "" {
			s.refused(r, routeName(r, route), err)
		}
		r = r.WithContext(guard.WithSender(r.Context(), sender))
		answer := func(w http.ResponseWriter, r *http.Request) {
			if err == nil {
				err = s.atDesk(r, route.Need, sender)
			}
			if err == nil {
				if route.Need > guard.Anyone { // what a cache may keep carries no cookie
					s.cfg.Guard.Renew(w, r)
				}
				err = route.Handle(w, r)
			}
			if err != nil {
				s.fail(w, r, err)
			}
		}
		if sender.Role > guard.Anyone && worthNoting(r, route) {
			s.note(w, r, route, answer)
			return
		}
		answer(w, r)
	})
}

// fail is where every failure is logged, once, and told.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := api.StatusOf(err)
	level := slog.LevelDebug
	if status >= 500 && status != http.StatusServiceUnavailable {
		level = slog.LevelError
	}
	s.cfg.Log.LogAttrs(r.Context(), level, "request failed",
		slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Int("status", status), slog.String("error", s.cfg.Guard.Redact(err.Error())))
	if status == http.StatusUnauthorized && strings.HasPrefix(r.URL.Path, "/debug/pprof") {
		// go tool pprof, and a browser that wants a profile, can answer this.
		w.Header().Set("WWW-Authenticate", `Basic realm="leakline: any user, the instructor's token as password"`)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if !wantsPage(r) {
		api.Problem(w, err)
		return
	}
	if errors.Is(err, guard.ErrNobody) || errors.Is(err, guard.ErrGuess) {
		s.signInPage(w, r, err, "")
		return
	}
	s.errorPage(w, r, err)
}

// wantsPage tells a person's browser from everything else.
func wantsPage(r *http.Request) bool {
	form := r.URL.Path == api.UploadPath // which a person may send without a script
	machine := strings.HasPrefix(r.URL.Path, "/api/") && !form || strings.HasPrefix(r.URL.Path, "/self/") || strings.HasPrefix(r.URL.Path, "/debug/pprof") || r.URL.Path == "/ws"
	return !machine && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// nothingHere refuses what no route takes: the wrong method, or no such page.
func (s *Server) nothingHere(w http.ResponseWriter, r *http.Request) error {
	var allowed []string
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return api.Refuse(http.StatusMethodNotAllowed, "%s is not possible here: use %s", r.Method, strings.Join(allowed, " or "))
	}
	return api.Refuse(http.StatusNotFound, "there is nothing at %s", r.URL.Path)
}

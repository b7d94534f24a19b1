// Package web serves the dashboard: one table of routes, one file a page. A
// page is a templates component filled with formatted figures; whoever wants
// the numbers themselves asks package api.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/audit"
	"github.com/leakline/leakline/web/guard"
	"github.com/leakline/leakline/web/pprofui"
)

// Config wires a server. API, Guard and Log are required.
type Config struct {
	API   *api.API
	Guard *guard.Guard
	Log   *slog.Logger

	// Audit keeps who did what; in memory alone when nil.
	Audit *audit.Log

	// Self serves this process' own /debug/, below /self; nil hides it.
	Self http.Handler

	// Plain says that the server is reached over a network without encryption;
	// its pages say so too.
	Plain bool

	// Invite is the room's link, with the viewers' token; empty without --share.
	// The instructor's page of the room shows it, nothing else does.
	Invite string
}

// A Server answers browsers, scripts and go tool pprof.
type Server struct {
	cfg    Config
	mux    *http.ServeMux
	assets *assets
	scrape http.Handler
	self   selfMeter
	pages  *pprofui.Pages
	crowd  *crowd
	desk   guard.Desk
	wrong  refusals
	invite *templates.Invite // nil without a link for the room

	reports reports
}

// New returns a server that does not listen yet.
func New(cfg Config) (*Server, error) {
	if cfg.Audit == nil {
		cfg.Audit = audit.Open("")
	}
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, mux: http.NewServeMux(), assets: files, scrape: newScrape(cfg),
		crowd: newCrowd(), pages: pprofui.New(pprofui.Config{Load: cfg.API.Profile, Log: cfg.Log}),
	}
	if s.invite, err = newInvite(cfg.Invite); err != nil {
		return nil, err
	}
	for _, r := range s.routes() {
		s.mux.Handle(r.Pattern, s.handle(r))
	}
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Serve answers on l until ctx ends: then viewers are told, requests under way
// get a moment, and the listener is closed.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ConnContext:       s.crowd.enter,
		ConnState:         s.crowd.leave,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	for _, t := range s.cfg.API.Targets.All() {
		t.Hub.Close() // Shutdown does not know upgraded connections
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close() // a profile that is still being taken
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

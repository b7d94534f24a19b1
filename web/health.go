package web

import (
	"encoding/json"
	"net/http"
)

// healthz says that this process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return writeChecks(w, http.StatusOK, map[string]string{"observer": "ok"})
}

// readyz says whether the checker answers and its first reading has come.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) error {
	checks, ok := s.cfg.API.Ready()
	status := http.StatusOK
	if !ok {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	return writeChecks(w, status, checks)
}

func writeChecks(w http.ResponseWriter, status int, checks map[string]string) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(map[string]any{"ok": status == http.StatusOK, "checks": checks})
}

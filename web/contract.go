package web

import (
	"net/http"

	"github.com/leakline/leakline/docs"
	"github.com/leakline/leakline/web/api"
)

// contract sends what everything for scripts is described by.
func (s *Server) contract(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	return api.WriteBody(w, r, http.StatusOK, docs.OpenAPI)
}

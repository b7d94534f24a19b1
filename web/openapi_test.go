package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/routers"

	"github.com/leakline/leakline/docs"
	"github.com/leakline/leakline/internal/contract"
	"github.com/leakline/leakline/web/guard"
)

func TestContractIsOpenAPI(t *testing.T) {
	if err := mustLoad(t).Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestContractIsServed(t *testing.T) {
	_, body := newServer(t).send(t, "GET", "/api/openapi.yaml", nil)
	if body != string(docs.OpenAPI) {
		t.Errorf("%d bytes are served, want the %d of docs/openapi.yaml", len(body), len(docs.OpenAPI))
	}
}

// forPeople are the routes that the contract leaves out, as it says.
var forPeople = []string{
	"GET /{$}",
	"GET /snapshots",
	"GET /self/debug/",
	"GET /diff",
	"GET /holders",
	"GET /holders/{id}",
	"GET /learn",
	"GET /learn/{lesson}",
	"GET /room",
	"GET /report",
	"GET /report.html",
	"GET /pprof/{id}/{view...}",
	"GET /pprof/diff/{base}/{head}/{view...}",
	"GET /debug/self",
	"GET /audit",
	"POST /desk",
	"GET /static/{version}/{path...}",
	"POST /session",
	"/",
	"GET /fleet",
	"GET /fleet/compare",
}

func TestContractAndRoutesAgree(t *testing.T) {
	described := mustLoad(t).Operations()
	for _, route := range newServer(t).web.Routes() {
		if slices.Contains(forPeople, route.Pattern) {
			continue
		}
		pattern := route.Pattern
		if strings.HasSuffix(pattern, "/") { // everything below it
			pattern += "{profile}"
		}
		op := described[pattern]
		if op == nil {
			t.Errorf("%s is served and not described", pattern)
			continue
		}
		delete(described, pattern)
		if need, err := roleAsked(op); err != nil || need != route.Need {
			t.Errorf("%s: the contract asks for %v, %v; the server for %v", pattern, need, err, route.Need)
		}
	}
	for pattern := range described {
		t.Errorf("%s is described and not served", pattern)
	}
}

// roleAsked is the role that every security requirement of an operation names.
func roleAsked(op *routers.Route) (guard.Role, error) {
	requirements := op.Spec.Security
	if op.Operation.Security != nil {
		requirements = *op.Operation.Security
	}
	role := guard.Anyone
	for i, requirement := range requirements {
		for scheme, roles := range requirement {
			named := slices.IndexFunc([]guard.Role{guard.Anyone, guard.Viewer, guard.Instructor}, func(r guard.Role) bool {
				return len(roles) == 1 && roles[0] == r.String()
			})
			if named < 0 || i > 0 && guard.Role(named) != role {
				return role, fmt.Errorf("%s: roles %v", scheme, roles)
			}
			role = guard.Role(named)
		}
	}
	return role, nil
}

func TestContractNoticesAnOddAnswer(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a field nobody described": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"targets":[],"more":1}`)
		},
		"0 where null is meant": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"targets":[{"id":"a","url":"","status":"running","verdict":0}]}`)
		},
		"another status":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"a problem as text": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusNotFound) },
	} {
		t.Run(name, func(t *testing.T) {
			witness := &contract.Witness{TB: t}
			r := httptest.NewRequest("GET", "/api/v1/targets", nil)
			bearer(tokens.Viewer)(r)
			mustLoad(t).Between(witness, answer).ServeHTTP(httptest.NewRecorder(), r)
			if !witness.Noticed {
				t.Error("it was not noticed")
			}
		})
	}
}

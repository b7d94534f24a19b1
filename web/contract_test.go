package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/leakline/leakline/docs"
	"github.com/leakline/leakline/web/guard"
)

// document is docs/openapi.yaml, read once.
var document = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("loading the contract: %w", err)
	}
	return doc, nil
})

func mustLoad(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// operations lists what a document describes by pattern of http.ServeMux.
func operations(doc *openapi3.T) map[string]*routers.Route {
	all := make(map[string]*routers.Route)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all[method+" "+path] = &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
		}
	}
	return all
}

// A contract stands between a server and whoever asks it, and fails the test
// when one that is described answers otherwise, or takes a request that the
// description refuses.
type contract struct {
	t    testing.TB
	next http.Handler
	mux  *http.ServeMux
}

func newContract(t testing.TB, next http.Handler) *contract {
	t.Helper()
	c := &contract{t: t, next: next, mux: http.NewServeMux()}
	for pattern, route := range operations(mustLoad(t)) {
		c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { c.check(w, r, route) })
	}
	c.mux.Handle("/", next)
	return c
}

// refusedHeader is added to the answer of a request that the description
// refuses, and says why.
const refusedHeader = "Refused-By-Contract"

func (c *contract) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		c.next.ServeHTTP(w, r) // frames have a test of their own
		return
	}
	c.mux.ServeHTTP(w, r)
}

func (c *contract) check(w http.ResponseWriter, r *http.Request, route *routers.Route) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Errorf("%s: reading the request: %v", r.URL, err)
		return
	}
	request := &openapi3filter.RequestValidationInput{
		Request: r.Clone(r.Context()), PathParams: pathValues(r, route), Route: route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true,
			AuthenticationFunc: authenticate,
		},
	}
	request.Request.Body = io.NopCloser(bytes.NewReader(body))
	refused := openapi3filter.ValidateRequest(r.Context(), request)

	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	c.next.ServeHTTP(answer, r)
	if refused != nil {
		w.Header().Set(refusedHeader, strings.ReplaceAll(refused.Error(), "\n", " "))
		if answer.Code < 400 {
			c.t.Errorf("%s %s is answered %d, but the contract refuses it: %v", r.Method, r.URL, answer.Code, refused)
		}
	}
	if err := c.checkAnswer(request, answer); err != nil {
		c.t.Errorf("%s %s: the answer %d %.300q is not what the contract promises: %v",
			r.Method, r.URL, answer.Code, answer.Body, err)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes())
}

func (c *contract) checkAnswer(request *openapi3filter.RequestValidationInput, answer *httptest.ResponseRecorder) error {
	if answer.Header().Get("Content-Encoding") != "" || strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html") {
		return nil // asked for by who takes pages or unpacks; what is inside is checked where it is asked for plainly
	}
	return openapi3filter.ValidateResponse(request.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: answer.Code, Header: answer.Header(),
		Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())), Options: request.Options,
	})
}

func pathValues(r *http.Request, route *routers.Route) map[string]string {
	values := make(map[string]string)
	for _, list := range []openapi3.Parameters{route.PathItem.Parameters, route.Operation.Parameters} {
		for _, p := range list {
			if p.Value.In == openapi3.ParameterInPath {
				values[p.Value.Name] = r.PathValue(p.Value.Name)
			}
		}
	}
	return values
}

// authenticate says whether a request shows what a security requirement asks
// for: a token in that place, of that role or a larger one.
func authenticate(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	r := in.RequestValidationInput.Request
	token := ""
	switch in.SecuritySchemeName {
	case "bearer":
		token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	case "basic":
		_, token, _ = r.BasicAuth()
	}
	switch {
	case token == tokens.Instructor:
		return nil
	case token == tokens.Viewer && in.Scopes[0] == guard.Viewer.String():
		return nil
	}
	return in.NewError(nil)
}

// checkFrame holds one message of the websocket against the contract.
func checkFrame(t *testing.T, raw []byte) (kind string) {
	t.Helper()
	var frame map[string]any
	if err := json.Unmarshal(raw, &frame); err != nil {
		t.Fatalf("frame %s: %v", raw, err)
	}
	schema := mustLoad(t).Components.Schemas["Frame"].Value
	if err := schema.VisitJSON(frame, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("frame %s is not what the contract promises: %v", raw, err)
	}
	kind, _ = frame["type"].(string)
	return kind
}

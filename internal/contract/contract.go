// Package contract holds servers to their OpenAPI documents in tests.
package contract

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// RefusedHeader is added to the answer of a request that the document refuses,
// and says why.
const RefusedHeader = "Refused-By-Contract"

// A Document is an OpenAPI description that was read.
type Document struct {
	*openapi3.T
	// Authenticate says whether a request shows what a security requirement
	// asks for.
	Authenticate openapi3filter.AuthenticationFunc
}

// Read parses a description in YAML.
func Read(yaml []byte, authenticate openapi3filter.AuthenticationFunc) (*Document, error) {
	doc, err := openapi3.NewLoader().LoadFromData(yaml)
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	return &Document{T: doc, Authenticate: authenticate}, nil
}

// Operations lists what is described by pattern of http.ServeMux.
func (d *Document) Operations() map[string]*routers.Route {
	all := make(map[string]*routers.Route)
	for path, item := range d.Paths.Map() {
		for method, op := range item.Operations() {
			all[method+" "+path] = &routers.Route{Spec: d.T, Path: path, PathItem: item, Method: method, Operation: op}
		}
	}
	return all
}

// Between returns a handler that stands before next. It fails the test when
// something described is answered otherwise, or when a request that the
// description refuses is taken. Websockets go through unseen.
func (d *Document) Between(t testing.TB, next http.Handler) http.Handler {
	mux := http.NewServeMux()
	for pattern, route := range d.Operations() {
		mux.Handle(pattern, &check{t, next, route, d})
	}
	mux.Handle("/", next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// A check is the contract of one route.
type check struct {
	t     testing.TB
	next  http.Handler
	route *routers.Route
	doc   *Document
}

func (c *check) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Errorf("%s: reading the request: %v", r.URL, err)
		return
	}
	request := &openapi3filter.RequestValidationInput{
		Request: r.Clone(r.Context()), PathParams: pathValues(r, c.route), Route: c.route,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true,
			AuthenticationFunc: c.doc.Authenticate,
		},
	}
	request.Request.Body = io.NopCloser(bytes.NewReader(body))
	refused := openapi3filter.ValidateRequest(r.Context(), request)

	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	c.next.ServeHTTP(answer, r)
	if refused != nil {
		w.Header().Set(RefusedHeader, strings.ReplaceAll(refused.Error(), "\n", " "))
		if answer.Code < 400 {
			c.t.Errorf("%s %s is answered %d, but the contract refuses it: %v", r.Method, r.URL, answer.Code, refused)
		}
	}
	if err := checkAnswer(request, answer); err != nil {
		c.t.Errorf("%s %s: the answer %d %.300q is not what the contract promises: %v",
			r.Method, r.URL, answer.Code, answer.Body, err)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes())
}

func checkAnswer(request *openapi3filter.RequestValidationInput, answer *httptest.ResponseRecorder) error {
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

// A Witness notes that a test would have failed.
type Witness struct {
	testing.TB
	Noticed bool
}

// Errorf notes a failure.
func (w *Witness) Errorf(string, ...any) { w.Noticed = true }

package web_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/leakline/leakline/docs"
	"github.com/leakline/leakline/internal/contract"
	"github.com/leakline/leakline/web/guard"
)

// document is docs/openapi.yaml, read once.
var document = sync.OnceValues(func() (*contract.Document, error) {
	return contract.Read(docs.OpenAPI, authenticate)
})

func mustLoad(t testing.TB) *contract.Document {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// authenticate takes a token in that place, of that role or a larger one.
func authenticate(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	r := in.RequestValidationInput.Request
	token := ""
	switch in.SecuritySchemeName {
	case "bearer":
		token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	case "basic":
		_, token, _ = r.BasicAuth()
	case "cookie":
		for _, c := range r.Cookies() {
			if strings.HasPrefix(c.Name, "leakline_") {
				return nil // whose, the guard says, which has tests of its own
			}
		}
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

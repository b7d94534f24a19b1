package service_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/leakline/leakline/docs"
	"github.com/leakline/leakline/internal/contract"
)

// document is docs/checker.yaml, read once.
var document = sync.OnceValues(func() (*contract.Document, error) {
	return contract.Read(docs.Checker, func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
		if in.RequestValidationInput.Request.Header.Get("Authorization") == "Bearer "+token {
			return nil
		}
		return in.NewError(nil)
	})
})

func mustLoad(t testing.TB) *contract.Document {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestContractIsOpenAPI(t *testing.T) {
	if err := mustLoad(t).Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestContractIsServed(t *testing.T) {
	w, _ := newLab(t, nil).do("GET", "/openapi.yaml", "")
	if w.Body.String() != string(docs.Checker) {
		t.Errorf("%d bytes are served, want the %d of docs/checker.yaml", w.Body.Len(), len(docs.Checker))
	}
}

func TestContractAndRoutesAgree(t *testing.T) {
	described := mustLoad(t).Operations()
	for pattern, open := range newLab(t, nil).Routes() {
		op := described[pattern]
		if op == nil {
			t.Errorf("%s is served and not described", pattern)
			continue
		}
		delete(described, pattern)
		if security := op.Operation.Security; open != (security != nil && len(*security) == 0) {
			t.Errorf("%s: served to anyone is %v; the contract says otherwise", pattern, open)
		}
	}
	for pattern := range described {
		t.Errorf("%s is described and not served", pattern)
	}
}

func TestContractNoticesAnOddAnswer(t *testing.T) {
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			io.WriteString(w, body)
		}
	}
	const good = `{"payment_id":"p","risky":false,"strategy":"s","generation":1,"elapsed_us":1}`
	for name, odd := range map[string]http.HandlerFunc{
		"a field nobody described": answer(200, "application/json", strings.Replace(good, "{", `{"more":1,`, 1)),
		"no generation":            answer(200, "application/json", strings.Replace(good, `"generation":1,`, "", 1)),
		"another status":           answer(418, "application/json", good),
		"a problem as text":        answer(400, "text/plain", "no"),
		"503 without Retry-After":  answer(503, "application/problem+json", `{"type":"t","title":"t","status":503,"detail":"d"}`),
	} {
		t.Run(name, func(t *testing.T) {
			witness := &contract.Witness{TB: t}
			l := &lab{handler: mustLoad(t).Between(witness, odd)}
			if l.check(1); !witness.Noticed {
				t.Error("it was not noticed")
			}
		})
	}
	witness := &contract.Witness{TB: t}
	l := &lab{handler: mustLoad(t).Between(witness, answer(200, "application/json", good))}
	if l.check(1); witness.Noticed {
		t.Error("a good answer was noticed")
	}
}

// FuzzControl sends any body to the routes that change something. What the
// contract refuses is refused, and nothing is the service's own failure.
func FuzzControl(f *testing.F) {
	routes := [...]string{"/control/strategy", "/control/updater"}
	for i := range routes {
		for _, body := range []string{
			``, `{}`, `null`, `[]`, `7`, `"`, `{"name":"list-scan"}`, `{"NAME":"list-scan"}`, `{"name":"list-scan","name":"x"}`,
			`{"name":null}`, `{"name":"../x"}`, `{"name":"\ud800"}`, "{\"name\":\"\xff\"}", `{"name":"list-scan"}}`,
			`{"kind":"naive"}`, `{"kind":null,"interval_ms":10}`, `{"interval_ms":9}`, `{"interval_ms":1e3}`,
			`{"interval_ms":9223372036854775808}`, `{"step_delay_ms":-0}`, `{"a":{"a":{}}}`,
		} {
			f.Add(uint8(i), []byte(body))
		}
	}
	l := newLab(f, nil)
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		asked := &lab{handler: mustLoad(t).Between(t, l.Handler())}
		w, v := asked.do("PUT", routes[int(n)%len(routes)], string(body))
		if w.Code >= 500 {
			t.Errorf("%q is answered %d: %s", body, w.Code, w.Body)
		}
		if w.Code >= 400 && v["status"] != float64(w.Code) {
			t.Errorf("%q is answered %s, want a problem of status %d", body, w.Body, w.Code)
		}
	})
}

// What is refused for its body is refused by the contract too, so that a client
// made from it never sends such a thing.
func TestContractRefusesWhatTheServiceDoes(t *testing.T) {
	l := newLab(t, nil)
	for _, request := range []struct{ method, path, body string }{
		{"POST", "/v1/check", `{"payment_id":"","user_id":"u","amount_cents":1,"currency":"EUR"}`},
		{"POST", "/v1/check", `{"payment_id":"p","user_id":"u","amount_cents":0.5,"currency":"EUR"}`},
		{"POST", "/v1/check", `{"payment_id":"p","user_id":"u","amount_cents":-1,"currency":"EUR"}`},
		{"POST", "/v1/check", `{"payment_id":"p","user_id":"u","amount_cents":1,"currency":"eur"}`},
		{"POST", "/v1/check", `{"payment_id":"p","user_id":"u","amount_cents":1}`},
		{"POST", "/v1/check", `{"payment_id":"p","user_id":"u","amount_cents":1,"currency":"EUR","note":""}`},
		{"PUT", "/control/strategy", `{"name":""}`},
		{"PUT", "/control/strategy", `{"name":null}`},
		{"PUT", "/control/updater", `{"kind":"best"}`},
		{"PUT", "/control/updater", `{"interval_ms":9}`},
		{"PUT", "/control/updater", `{"step_delay_ms":60001}`},
		{"PUT", "/control/updater", `{"every":1}`},
	} {
		w, _ := l.do(request.method, request.path, request.body)
		if w.Code != http.StatusBadRequest || w.Header().Get(contract.RefusedHeader) == "" {
			t.Errorf("%s %s: answered %d; the contract says %q, want both to refuse",
				request.path, request.body, w.Code, w.Header().Get(contract.RefusedHeader))
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/v1/check", strings.NewReader(fmt.Sprintf(`{"payment_id":%q}`, "p")))
	if l.handler.ServeHTTP(w, r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("no content type: %d, want 415", w.Code)
	}
}

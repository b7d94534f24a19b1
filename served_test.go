package leakline_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// net/http/pprof hangs its handlers on the default mux as soon as anybody
// imports it, so whoever serves that serves them to everybody. No listener of
// ours does: every server names its handler, and nothing registers on the mux.
func TestTheDefaultMuxIsServedByNobody(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{range .GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	servers := 0
	for file := range strings.FieldsSeq(string(out)) {
		if strings.Contains(file, "/testdata/") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if path, _ := strconv.Unquote(i.Path.Value); path == "net/http/pprof" && i.Name != nil && i.Name.Name == "_" {
				t.Errorf("%s imports net/http/pprof for what it hangs on the default mux", file)
			}
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "http" {
					switch n.Sel.Name {
					case "DefaultServeMux", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS":
						t.Errorf("%s uses http.%s", file, n.Sel.Name)
					}
				}
			case *ast.CompositeLit:
				if isServer(n) {
					servers++
					if !hasField(n, "Handler") {
						t.Errorf("%s has an http.Server without a handler, which is the default mux", file)
					}
					if !hasField(n, "ReadHeaderTimeout") {
						t.Errorf("%s has an http.Server that waits for a request for ever", file)
					}
				}
			}
			return true
		})
	}
	if servers < 2 {
		t.Errorf("%d servers were found, want the dashboard's and the checker's", servers)
	}
}

func isServer(lit *ast.CompositeLit) bool {
	kind, ok := lit.Type.(*ast.SelectorExpr)
	if !ok || kind.Sel.Name != "Server" {
		return false
	}
	pkg, ok := kind.X.(*ast.Ident)
	return ok && pkg.Name == "http"
}

func hasField(lit *ast.CompositeLit, name string) bool {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == name {
				return true
			}
		}
	}
	return false
}

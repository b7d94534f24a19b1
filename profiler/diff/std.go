package diff

import (
	_ "embed"
	"strings"
	"sync"
)

//go:generate go run ./internal/genstd std.txt

//go:embed std.txt
var stdList string

var stdPackages = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for path := range strings.FieldsSeq(stdList) {
		set[path] = true
	}
	return set
})

// stdTrees belong to the standard library whatever the Go that built the
// profiled program: packages come and go in them with every release.
var stdTrees = []string{"vendor/golang.org/x/", "runtime/", "internal/"}

// isStd reports whether an import path is the standard library's. Assembly and
// C have no package and count as part of the runtime.
func isStd(path string) bool {
	if path == "" || stdPackages()[path] {
		return true
	}
	for _, tree := range stdTrees {
		if strings.HasPrefix(path, tree) {
			return true
		}
	}
	return false
}

package diff

import (
	"regexp"
	"testing"

	"github.com/google/pprof/profile"
)

func TestOrigin(t *testing.T) {
	tests := []struct {
		name, function, file string
		want                 origin
	}{
		{"standard library in GOROOT", "encoding/json.Unmarshal", "/usr/local/go/src/encoding/json/decode.go", originStd},
		{"standard library, trimmed path", "runtime.mallocgc", "runtime/malloc.go", originStd},
		{"standard library inlined under the user's name, trimmed path", "example.com/shop.load.Collect[...]-range1", "slices/iter.go", originStd},
		{"standard library inlined under the user's name", "example.com/shop.load.Collect[...]-range1", "/usr/local/go/src/slices/iter.go", originStd},
		{"a user's folder called as a package of the standard library", "example.com/shop/slices.F", "/home/me/go/src/example.com/shop/slices/iter.go", originUser},
		{"vendored into the standard library", "vendor/golang.org/x/net/http2/hpack.F", "vendor/golang.org/x/net/http2/hpack/a.go", originStd},
		{"a package that older Go had", "runtime/internal/atomic.Load", "runtime/internal/atomic/a.go", originStd},
		{"dependency in the module cache", "github.com/x/y.F", "/root/go/pkg/mod/github.com/x/y@v1.2.3/f.go", originDependency},
		{"dependency, trimmed path", "github.com/x/y.F", "github.com/x/y@v1.2.3/f.go", originDependency},
		{"dependency at a commit", "github.com/x/y.F", "github.com/x/y@v0.0.0-20240102030405-abcdef012345/f.go", originDependency},
		{"dependency before modules", "github.com/x/y.F", "github.com/x/y@v4.5.6+incompatible/f.go", originDependency},
		{"golang.org/x is not the standard library", "golang.org/x/net/http2.F", "golang.org/x/net@v0.61.0/http2/f.go", originDependency},
		{"vendored dependency", "github.com/x/y.F", "/app/vendor/github.com/x/y/f.go", originDependency},
		{"vendored dependency, relative", "github.com/x/y.F", "vendor/github.com/x/y/f.go", originDependency},
		{"user's module", "example.com/shop/cart.Add", "/app/cart/add.go", originUser},
		{"user's module without a dot", "shop/cart.Add", "shop/cart/add.go", originUser},
		{"user's main", "main.main", "/app/main.go", originUser},
		{"user's main among vendored files", "main.main", "/home/vendor/app/main.go", originUser},
		{"home directory called vendor", "example.com/shop.F", "/home/vendor/shop/f.go", originUser},
		{"a user called v1", "example.com/shop.F", "/home/ann@v1/shop/f.go", originUser},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (attribution{}).origin(tt.function, tt.file); got != tt.want {
				t.Errorf("origin(%q, %q) = %v, want %v", tt.function, tt.file, got, tt.want)
			}
		})
	}
}

func TestOverrideDecidesAlone(t *testing.T) {
	a := attribution{override: regexp.MustCompile(`^github\.com/x/`)}
	for function, want := range map[string]origin{
		"github.com/x/y.F":        originUser,
		"example.com/shop.F":      originDependency,
		"encoding/json.Unmarshal": originStd,
	} {
		if got := a.origin(function, "f.go"); got != want {
			t.Errorf("origin(%q) = %v, want %v", function, got, want)
		}
	}
}

func TestProgramInstalledByVersionIsNoDependency(t *testing.T) {
	const cache = "/root/go/pkg/mod/"
	p := &profile.Profile{Function: []*profile.Function{
		{Name: "runtime.main", Filename: "/usr/local/go/src/runtime/proc.go"},
		{Name: "main.main", Filename: cache + "example.com/tool@v1.4.0/cmd/tool/main.go"},
	}}
	a := newAttribution(nil, p)
	if got := a.origin("example.com/tool/store.Put", cache+"example.com/tool@v1.4.0/store/put.go"); got != originUser {
		t.Errorf("the program's own package has origin %v, want user", got)
	}
	if got := a.origin("github.com/x/y.F", cache+"github.com/x/y@v1.2.3/f.go"); got != originDependency {
		t.Errorf("another module has origin %v, want dependency", got)
	}
}

func TestSiteFrame(t *testing.T) {
	const std, dep, user = int32(originStd), int32(originDependency), int32(originUser)
	originOf := func(frame int32) origin { return origin(frame) }
	tests := []struct {
		name  string
		stack []int32
		want  int
	}{
		{"user's own leaf", []int32{user, std}, 0},
		{"below the standard library and a dependency", []int32{std, dep, user, std}, 2},
		{"the innermost of the user's frames", []int32{std, user, user}, 1},
		{"no user code: the dependency nearest the leaf", []int32{std, dep, dep}, 1},
		{"standard library alone", []int32{std, std}, 7},
		{"no stack", nil, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := siteFrame(tt.stack, originOf, 7); got != tt.want {
				t.Errorf("siteFrame(%v) = %d, want %d", tt.stack, got, tt.want)
			}
		})
	}
}

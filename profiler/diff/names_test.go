package diff

import (
	"os/exec"
	"strings"
	"testing"
)

func TestPackagePath(t *testing.T) {
	tests := []struct{ name, function, want string }{
		{"a function", "example.com/shop/cart.Add", "example.com/shop/cart"},
		{"a method", "example.com/shop/cart.(*Cart).Add", "example.com/shop/cart"},
		{"a closure", "example.com/shop/cart.Add.func1.2", "example.com/shop/cart"},
		{"a deferred wrapper", "main.run.gowrap1", "main"},
		{"a generic function", "slices.Grow[...]", "slices"},
		{"a generic with its type spelled out", "slices.Grow[go.shape.[]example.com/x/y.T]", "slices"},
		{"a generic method", "example.com/set.(*Set[...]).Add", "example.com/set"},
		{"an escaped dot in the last element", "gopkg.in/yaml%2ev3.(*Decoder).Decode", "gopkg.in/yaml.v3"},
		{"a broken escape is left alone", "example.com/odd%zz.F", "example.com/odd%zz"},
		{"vendored into the standard library", "vendor/golang.org/x/net/http2/hpack.(*Decoder).Write", "vendor/golang.org/x/net/http2/hpack"},
		{"a module without a dot", "shop/cart.Add", "shop/cart"},
		{"a package initialiser", "example.com/shop.init.0", "example.com/shop"},
		{"assembly", "_rt0_amd64_linux", ""},
		{"C", "malloc", ""},
		{"made by the compiler", "type:.eq.example.com/shop.Item", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := packagePath(tt.function); got != tt.want {
				t.Errorf("packagePath(%q) = %q, want %q", tt.function, got, tt.want)
			}
		})
	}
}

func TestShortNames(t *testing.T) {
	for in, want := range map[string]string{
		"example.com/shop/cart.(*Cart).Add": "cart.(*Cart).Add",
		"main.run":                          "main.run",
		"slices.Grow[go.shape.[]a/b.T]":     "slices.Grow[go.shape.[]a/b.T]",
	} {
		if got := ShortName(in); got != want {
			t.Errorf("ShortName(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"/src/shop/cart/add.go": "cart/add.go",
		`C:\src\cart\add.go`:    "cart/add.go",
		"cart/add.go":           "cart/add.go",
		"add.go":                "add.go",
		"":                      "",
	} {
		if got := ShortFile(in); got != want {
			t.Errorf("ShortFile(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStdListIsThatOfThisGo(t *testing.T) {
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		t.Skipf("go list std: %v", err)
	}
	for path := range strings.FieldsSeq(string(out)) {
		if !isStd(path) {
			t.Errorf("%s is missing from std.txt: run go generate", path)
		}
	}
}

func TestLongNamesAreClippedInTheMiddle(t *testing.T) {
	long := "shop.Cart[" + strings.Repeat("é", 300) + "].Add"
	for _, got := range []string{ShortName("example.com/" + long), ShortFile("/src/" + long)} {
		runes := []rune(got)
		if len(runes) != 256 || !strings.HasSuffix(got, "].Add") || !strings.Contains(got, "é…é") {
			t.Errorf("%d characters: %s, want 256, the beginning and the end", len(runes), got)
		}
	}
	whole := strings.Repeat("é", 256)
	if got := ShortName(whole); got != whole {
		t.Errorf("256 characters are clipped to %s", got)
	}
}

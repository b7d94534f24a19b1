package diff

import (
	"net/url"
	"strings"
)

// packagePath returns the import path in a function's name as pprof prints it:
// "gopkg.in/yaml%2ev3.(*Decoder).Decode[...].func1" is in gopkg.in/yaml.v3. It
// is empty for names without a package, such as those of C.
func packagePath(function string) string {
	name, _, _ := strings.Cut(function, "[") // type arguments hold paths of their own
	name, _, _ = strings.Cut(name, "(")      // so do receivers in odd symbols
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return ""
	}
	path := name[:slash+dot]
	if compiler, _, generated := strings.Cut(path, ":"); generated && !strings.Contains(compiler, "/") {
		return "" // type:.eq.T, go:struct…
	}
	// The linker escapes dots in the last element, as they would end it.
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}

// ShortName drops the directory of a function's package: what
// "example.com/shop/cart.(*Cart).Add" leaves is "cart.(*Cart).Add".
func ShortName(function string) string {
	end := strings.IndexAny(function, "[(")
	if end < 0 {
		end = len(function)
	}
	return shorten(function[strings.LastIndexByte(function[:end], '/')+1:])
}

// ShortFile keeps the last two elements of a path: "cart/add.go".
func ShortFile(file string) string {
	file = strings.ReplaceAll(file, `\`, "/")
	cut := strings.LastIndexByte(file, '/')
	if cut < 0 {
		return shorten(file)
	}
	return shorten(file[strings.LastIndexByte(file[:cut], '/')+1:])
}

// maxShown is how many characters of a name are shown. Type arguments make long
// names, and a profile that is not ours may hold names of any length.
const maxShown = 256

// shorten leaves out the middle of what is too long: the end tells names apart.
func shorten(name string) string {
	if len(name) <= maxShown {
		return name
	}
	runes := []rune(name)
	if len(runes) <= maxShown {
		return name
	}
	return string(runes[:maxShown/2]) + "…" + string(runes[len(runes)-maxShown/2+1:])
}

package heapgraph

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Programs of other systems are read as well as one's own.
func TestSymbolsOfEveryFormat(t *testing.T) {
	if testing.Short() {
		t.Skip("building for other systems takes a while")
	}
	for _, target := range []struct{ format, os, arch string }{
		{"ELF", "linux", runtime.GOARCH}, {"PE", "windows", runtime.GOARCH}, {"Mach-O", "darwin", "arm64"},
	} {
		t.Run(target.format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tiny")
			cmd := exec.Command("go", "build", "-o", path, "./testdata/tiny")
			cmd.Env = append(os.Environ(), "GOOS="+target.os, "GOARCH="+target.arch, "CGO_ENABLED=0")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("building: %v\n%s", err, out)
			}
			b, err := OpenBinary(path)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			n := &names{binary: b, slide: 0x10000}
			var log symbol
			for _, s := range b.data {
				if s.name == "main.auditLog" {
					log = s
				}
			}
			if s, offset, ok := n.data(log.addr + 0x10000 + 8); !ok || s.name != "main.auditLog" || offset != 8 {
				t.Errorf("the second word of main.auditLog is %s+%d (%t)", s.name, offset, ok)
			}
			for _, mark := range []string{"runtime.data", "runtime.bss"} {
				if b.marks[mark] == 0 {
					t.Errorf("there is no %s", mark)
				}
			}
			main, ok := functionAddr(b, "main.main")
			if name, found := n.entry(main + 0x10000); !ok || !found || name != "main.main" {
				t.Errorf("main.main is called %q", name)
			}
			info, err := b.debugInfo(wanted{globals: map[uint64]bool{log.addr: true}}, binary.LittleEndian)
			if err != nil || info == nil {
				t.Fatalf("no DWARF: %v", err)
			}
			kind := info.global(log.addr)
			if kind == nil {
				t.Fatal("main.auditLog has no type")
			}
			if name, _ := nameOf(kind); name != "[]*main.entry" {
				t.Errorf("main.auditLog is a %s", name)
			}
		})
	}
}

func functionAddr(b *Binary, name string) (uint64, bool) {
	for _, s := range b.code {
		if s.name == name {
			return s.addr, true
		}
	}
	return 0, false
}

func TestDependenciesAreNotTheUsersCode(t *testing.T) {
	b := &Binary{modules: map[string]string{"example.com/dep": "v1.2.3"}}
	for function, want := range map[string]string{
		"example.com/dep/inner.(*Client).Do": "example.com/dep@v1.2.3/",
		"example.com/dep.Do":                 "example.com/dep@v1.2.3/",
		"example.com/deputy.Do":              "",
		"main.main":                          "",
	} {
		if got := b.fileOf(function); got != want {
			t.Errorf("%s is in %q, want %q", function, got, want)
		}
	}
}

func TestOpenBinaryRefusesWhatIsNone(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "text": "just some text, and enough of it", "cut ELF": "\x7fELF\x02\x01\x01", "cut PE": "MZ......",
	} {
		path := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenBinary(path); err == nil {
			t.Errorf("%s is taken for a program", name)
		}
	}
	if _, err := OpenBinary(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a file that does not exist is opened")
	}
}

package main

import (
	"archive/zip"
	"bytes"
	"debug/elf"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// clone copies this repository's last commit into a folder.
func clone(t *testing.T, folder string) string {
	t.Helper()
	if out, err := exec.Command("git", "clone", "-q", "--depth=1", "file://"+root(t), folder).CombinedOutput(); err != nil {
		t.Fatalf("git clone: %v\n%s", err, out)
	}
	return folder
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// read returns a folder's files by name.
func read(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		body, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(body)
	}
	return files
}

// dist builds this command as it is shipped: the race detector makes packing
// ten times as slow.
func dist(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "dist")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building dist: %v\n%s", err, out)
	}
	return program
}

func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	temp, program := t.TempDir(), dist(t)
	here, there := clone(t, filepath.Join(temp, "here")), clone(t, filepath.Join(temp, "far", "away", "there"))
	var made []map[string]string
	for i, checkout := range []string{here, there} {
		out := filepath.Join(temp, "out", filepath.Base(checkout))
		cmd := exec.Command(program, out, "linux/amd64")
		// The second is built by somebody with settings of their own.
		cmd.Env = append(os.Environ(), [][]string{{}, {"GOFLAGS=-ldflags=-X=main.x=1", "GOEXPERIMENT=none", "CGO_ENABLED=1"}}[i]...)
		cmd.Dir = checkout
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("dist: %v\n%s", err, said)
		}
		made = append(made, read(t, out))
	}
	if !maps.Equal(made[0], made[1]) {
		t.Errorf("two builds of one commit differ: %v and %v", slices.Sorted(maps.Keys(made[0])), slices.Sorted(maps.Keys(made[1])))
	}
	if len(made[0]) != 2 {
		t.Errorf("made %v, want an archive and its sum", slices.Sorted(maps.Keys(made[0])))
	}
	checkArchive(t, filepath.Join(temp, "out", "here"))
}

// checkArchive does with an archive for Linux what its user does.
func checkArchive(t *testing.T, folder string) {
	t.Helper()
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = folder
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	found, err := filepath.Glob(filepath.Join(folder, "*.tar.gz"))
	if err != nil || len(found) != 1 {
		t.Fatalf("archives: %v, %v; want one", found, err)
	}
	run("sha256sum", "-c", "SHA256SUMS")
	for line := range strings.Lines(run("tar", "-tvz", "--numeric-owner", "-f", found[0])) {
		if !strings.Contains(line, " 0/0 ") {
			t.Errorf("somebody owns an entry: %s", line)
		}
	}
	run("tar", "-xzf", found[0])
	inside := strings.TrimSuffix(found[0], ".tar.gz")
	for _, want := range []string{"README.md", "CHANGELOG.md", "SECURITY.md", "docs/deploy/leakline.service"} {
		if _, err := os.Stat(filepath.Join(inside, want)); err != nil {
			t.Error(err)
		}
	}
	program, err := elf.Open(filepath.Join(inside, "leakline"))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if libraries, err := program.ImportedLibraries(); err != nil || len(libraries) > 0 || program.Section(".interp") != nil {
		t.Errorf("the program needs %v (%v): it is not static", libraries, err)
	}
	if runtime.GOARCH == "amd64" {
		version := strings.Split(filepath.Base(inside), "_")[1]
		said := run(filepath.Join(inside, "leakline"), "version")
		if !strings.HasPrefix(said, "leakline "+version+"\nrevision ") || strings.Contains(said, "modified") {
			t.Errorf("it says of itself %q, want the version %s and a revision", said, version)
		}
	}
}

func TestWindowsGetsAZip(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 0, 2, 0, time.UTC)
	name, body, err := pack("v1.2.0", "windows/arm64", at, []file{{"leakline.exe", []byte("MZ"), 0o755}, {"docs/a.md", []byte("a"), 0o644}})
	if err != nil || name != "leakline_v1.2.0_windows_arm64.zip" {
		t.Fatalf("%s, %v", name, err)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"leakline_v1.2.0_windows_arm64/leakline.exe", "leakline_v1.2.0_windows_arm64/docs/a.md"} {
		if got := z.File[i]; got.Name != want || !got.Modified.Equal(at) {
			t.Errorf("entry %d is %s of %v, want %s of %v", i, got.Name, got.Modified, want, at)
		}
	}
}

func TestWhatCannotBeReleased(t *testing.T) {
	if err := release(root(t), t.TempDir(), []string{"plan9/amd64"}, io.Discard); err == nil || !strings.Contains(err.Error(), "linux/amd64") {
		t.Errorf("a platform that is none of ours: %v, want those that are", err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	if err := release(root(t), t.TempDir(), nil, io.Discard); err == nil || !strings.Contains(err.Error(), "seconds since 1970") {
		t.Errorf("a time that is none: %v", err)
	}
}

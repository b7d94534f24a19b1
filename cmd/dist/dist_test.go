package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
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

func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	temp := t.TempDir()
	here, there := clone(t, filepath.Join(temp, "here")), clone(t, filepath.Join(temp, "far", "away", "there"))
	var made []map[string]string
	for i, checkout := range []string{here, there} {
		// The second is built by somebody with settings of their own.
		t.Setenv("GOFLAGS", []string{"", "-ldflags=-X=main.x=1"}[i])
		t.Setenv("GOEXPERIMENT", []string{"goroutineleakprofile", "none"}[i])
		out := filepath.Join(temp, "out", filepath.Base(checkout))
		if err := release(checkout, out, []string{"linux/amd64"}, io.Discard); err != nil {
			t.Fatal(err)
		}
		made = append(made, read(t, out))
	}
	if !maps.Equal(made[0], made[1]) {
		t.Errorf("two builds of one commit differ: %v and %v", slices.Sorted(maps.Keys(made[0])), slices.Sorted(maps.Keys(made[1])))
	}
	for name, body := range made[0] {
		if strings.HasSuffix(name, ".tar.gz") {
			checkArchive(t, name, body, made[0]["SHA256SUMS"])
		}
	}
	if len(made[0]) != 2 {
		t.Errorf("made %v, want an archive and its sum", slices.Sorted(maps.Keys(made[0])))
	}
}

// checkArchive holds an archive for Linux against what its user does with it.
func checkArchive(t *testing.T, name, body, sums string) {
	t.Helper()
	dir := t.TempDir()
	for file, want := range map[string]string{name: body, "SHA256SUMS": sums} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if runtime.GOOS == "linux" {
		check := exec.Command("sha256sum", "-c", "SHA256SUMS")
		check.Dir = dir
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("sha256sum -c: %v\n%s", err, out)
		}
	}
	files := untar(t, body)
	folder := strings.TrimSuffix(name, ".tar.gz") + "/"
	for _, want := range []string{"leakline", "README.md", "CHANGELOG.md", "docs/deploy/leakline.service"} {
		if _, ok := files[folder+want]; !ok {
			t.Errorf("%s lacks %s, has %v", name, want, slices.Sorted(maps.Keys(files)))
		}
	}
	program, err := elf.NewFile(bytes.NewReader(files[folder+"leakline"]))
	if err != nil {
		t.Fatal(err)
	}
	if libraries, err := program.ImportedLibraries(); err != nil || len(libraries) > 0 || program.Section(".interp") != nil {
		t.Errorf("the program needs %v (%v): it is not static", libraries, err)
	}
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		path := filepath.Join(dir, "leakline")
		if err := os.WriteFile(path, files[folder+"leakline"], 0o700); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command(path, "version").CombinedOutput()
		if version := strings.Split(name, "_")[1]; err != nil || !strings.HasPrefix(string(said), "leakline "+version+"\nrevision ") || strings.Contains(string(said), "modified") {
			t.Errorf("it says of itself %q, %v; want the version %s and a revision", said, err, version)
		}
	}
}

func untar(t *testing.T, body string) map[string][]byte {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	files, archive := map[string][]byte{}, tar.NewReader(z)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uname != "" || header.Uid != 0 {
			t.Errorf("%s belongs to %q (%d)", header.Name, header.Uname, header.Uid)
		}
		if files[header.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
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

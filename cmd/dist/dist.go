package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// everyPlatform is what leakline is released for.
var everyPlatform = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// beside are the files of the checkout that go into every archive.
var beside = []string{"README.md", "CHANGELOG.md", "SECURITY.md", "docs/deploy"}

// release builds the checkout at root for each platform, and leaves an archive
// of each and SHA256SUMS in folder. The log says what was made.
func release(root, folder string, platforms []string, log io.Writer) error {
	for _, p := range platforms {
		if !slices.Contains(everyPlatform, p) {
			return fmt.Errorf("platform %q: want one of %s", p, strings.Join(everyPlatform, ", "))
		}
	}
	at, err := sourceDate(root)
	if err != nil {
		return err
	}
	docs, err := documents(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, p := range platforms {
		program, version, err := build(root, p)
		if err != nil {
			return fmt.Errorf("building for %s: %w", p, err)
		}
		name, body, err := pack(version, p, at, append([]file{program}, docs...))
		if err != nil {
			return fmt.Errorf("packing for %s: %w", p, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), body, 0o644); err != nil {
			return err
		}
		line := fmt.Sprintf("%x  %s\n", sha256.Sum256(body), name)
		sums.WriteString(line)
		fmt.Fprint(log, line)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// settings decide over how leakline is built, whatever the environment says:
// static, and with the experiment of the Makefile.
var settings = []string{"CGO_ENABLED=0", "GOEXPERIMENT=goroutineleakprofile", "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0"}

// build returns leakline for a platform, and the version that it says it is.
func build(root, platform string) (program file, version string, err error) {
	dir, err := os.MkdirTemp("", "leakline-dist-")
	if err != nil {
		return file{}, "", err
	}
	defer os.RemoveAll(dir)
	goos, goarch, _ := strings.Cut(platform, "/")
	program = file{name: "leakline", mode: 0o755}
	if goos == "windows" {
		program.name += ".exe"
	}
	out := filepath.Join(dir, program.name)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", out, "./cmd/leakline")
	cmd.Dir = root
	cmd.Env = append(append(os.Environ(), settings...), "GOOS="+goos, "GOARCH="+goarch)
	if said, err := cmd.CombinedOutput(); err != nil {
		return file{}, "", fmt.Errorf("%w\n%s", err, said)
	}
	info, err := buildinfo.ReadFile(out)
	if err != nil {
		return file{}, "", err
	}
	program.body, err = os.ReadFile(out)
	return program, info.Main.Version, err
}

// sourceDate is when the commit was made, or what SOURCE_DATE_EPOCH says: the
// time of every file in an archive.
func sourceDate(root string) (time.Time, error) {
	epoch := os.Getenv("SOURCE_DATE_EPOCH")
	if epoch == "" {
		cmd := exec.Command("git", "log", "-1", "--format=%ct")
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("asking git when the commit was made: %w", err)
		}
		epoch = string(bytes.TrimSpace(out))
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q: want seconds since 1970", epoch)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// documents are the files that go beside the program.
func documents(root string) ([]file, error) {
	var files []file
	for _, name := range beside {
		err := filepath.WalkDir(filepath.Join(root, name), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(root, path)
			files = append(files, file{filepath.ToSlash(inside), body, 0o644})
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("collecting what goes beside the program: %w", err)
		}
	}
	return files, nil
}

package templates

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var imports = regexp.MustCompile(`(?m)^import .*from "\./([a-z-]+)\.js";$`)

// Preloading only helps if the list is what the browser will ask for: no
// module discovered late, none fetched in vain.
func TestModuleListsAreComplete(t *testing.T) {
	for entry, listed := range map[string][]string{"live": liveModules, "snapshots": snapshotsModules, "diff": diffModules, "learn": learnModules, "roompage": roomModules} {
		needed := map[string]bool{}
		walkImports(t, "main", needed)
		walkImports(t, entry, needed)
		got := withBase(listed)
		for m := range needed {
			if !slices.Contains(got, m) {
				t.Errorf("%s imports %s.js, which is not preloaded", entry, m)
			}
		}
		for _, m := range got {
			if !needed[m] {
				t.Errorf("%s preloads %s.js, which it does not import", entry, m)
			}
		}
	}
}

// Who has controls fetches no more for them than the module that is named.
func TestControlsAreFetchedByInstructorsAlone(t *testing.T) {
	needed := map[string]bool{}
	walkImports(t, "main", needed)
	walkImports(t, "live", needed)
	if needed["controls"] || slices.Contains(modulesOf(liveView(false)), "controls") {
		t.Error("a viewer fetches controls.js")
	}
	walkImports(t, "controls", needed)
	got := withBase(modulesOf(liveView(true)))
	for m := range needed {
		if !slices.Contains(got, m) {
			t.Errorf("an instructor's page needs %s.js, which is not preloaded", m)
		}
	}
}

func walkImports(t *testing.T, module string, seen map[string]bool) {
	t.Helper()
	if seen[module] {
		return
	}
	seen[module] = true
	source, err := os.ReadFile(filepath.Join("..", "static", "js", module+".js"))
	if err != nil {
		t.Fatalf("reading a module: %v", err)
	}
	for _, m := range imports.FindAllStringSubmatch(string(source), -1) {
		walkImports(t, m[1], seen)
	}
}

// A hook that a script looks for and no page has is a feature that is
// silently missing.
func TestEveryHookIsOnSomePage(t *testing.T) {
	var all strings.Builder
	for _, c := range everyPage() {
		if err := c.Render(t.Context(), &all); err != nil {
			t.Fatalf("rendering: %v", err)
		}
	}
	hook := regexp.MustCompile(`"[a-z]*\[(data-[a-z-]+)`)
	files, err := filepath.Glob("../static/js/*.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("finding the modules: %d, %v", len(files), err)
	}
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatalf("reading a module: %v", err)
		}
		for _, m := range hook.FindAllStringSubmatch(string(source), -1) {
			if !strings.Contains(all.String(), " "+m[1]) {
				t.Errorf("%s looks for %s, which no page has", filepath.Base(f), m[1])
			}
		}
	}
}

// The first visit to the heaviest page, as it crosses the wire.
func TestColdPageStaysWithinItsWeight(t *testing.T) {
	view := liveView(true)
	var document bytes.Buffer
	if err := Live(view).Render(t.Context(), &document); err != nil {
		t.Fatalf("rendering: %v", err)
	}
	total := packed(t, document.Bytes())
	assets := []string{"css/tokens.css", "css/components.css", "icon.svg", "js/boot.js"}
	for _, m := range withBase(modulesOf(view)) {
		assets = append(assets, "js/"+m+".js")
	}
	for _, name := range assets {
		content, err := os.ReadFile(filepath.Join("..", "static", name))
		if err != nil {
			t.Fatalf("reading an asset: %v", err)
		}
		total += packed(t, content)
	}
	t.Logf("%d bytes", total)
	if total > 60_000 {
		t.Errorf("the live page weighs %d bytes compressed, want at most 60 000", total)
	}
}

func packed(t *testing.T, content []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(content); err != nil {
		t.Fatalf("compressing: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatalf("compressing: %v", err)
	}
	return out.Len()
}

package static

import (
	"bytes"
	"io/fs"
	"path"
	"strings"
	"testing"
)

func files(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[name], err = FS.ReadFile(name)
		return err
	})
	if err != nil {
		t.Fatalf("walking the assets: %v", err)
	}
	return all
}

func TestOnlyWhatBrowsersNeedIsEmbedded(t *testing.T) {
	for name := range files(t) {
		if ext := path.Ext(name); strings.Contains(name, "test") || (ext != ".js" && ext != ".css" && ext != ".svg") {
			t.Errorf("%s is embedded", name)
		}
	}
}

func TestStylesStayWithinTheirWeight(t *testing.T) {
	all := files(t)
	if n := len(all["css/tokens.css"]) + len(all["css/components.css"]); n == 0 || n > 25_000 {
		t.Errorf("the style sheets are %d bytes, want at most 25 000", n)
	}
}

func TestScriptsNeverBuildMarkup(t *testing.T) {
	for name, content := range files(t) {
		for _, banned := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", `setAttribute("style"`} {
			if bytes.Contains(content, []byte(banned)) {
				t.Errorf("%s uses %s", name, banned)
			}
		}
	}
}

func TestImportsAreRelative(t *testing.T) {
	for name, content := range files(t) {
		for line := range strings.Lines(string(content)) {
			if strings.HasPrefix(line, "import ") && !strings.Contains(line, `from "./`) {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

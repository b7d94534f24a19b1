package leakline_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A claim whose test is gone, or has another name by now, is only a claim.
func TestClaimsOfSecurityHaveTheirTests(t *testing.T) {
	doc, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := exec.Command("go", "list", "-f",
		`{{range .TestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var tests strings.Builder
	for file := range strings.FieldsSeq(string(files)) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(source)
	}
	claims := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(doc), -1)
	if len(claims) < 40 {
		t.Fatalf("%d claims are found, want those of the document", len(claims))
	}
	for _, claim := range claims {
		if !strings.Contains(tests.String(), "\nfunc "+claim[1]+"(") {
			t.Errorf("SECURITY.md names %s, which no package has", claim[1])
		}
	}
}

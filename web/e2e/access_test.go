package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// accessScript finds in the page what can be found there.
func accessScript(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("testdata/access.js")
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// checkAccess fails when somebody who sees little, or uses no mouse, is left out.
func (p *browserPage) checkAccess(script, name string, v view, anonymous bool) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(kb.Tab)) // from here on focus is shown, as to who uses keys
	complaints := eval[[]string](p, fmt.Sprintf("(%s)({phone: %t, anonymous: %t})", script, v.width < 600, anonymous))
	for _, c := range append(complaints, p.accessTree(anonymous)...) {
		p.t.Errorf("%s at %s: %s", name, v.name, c)
	}
}

// operable are the roles of what can be operated.
var operable = []string{
	"button", "link", "textbox", "searchbox", "combobox", "listbox", "radio", "radiogroup", "checkbox", "switch", "slider", "spinbutton", "tab", "menuitem", "treeitem",
	"application", "DisclosureTriangle",
}

// accessTree looks at the page as assistive tools get it.
func (p *browserPage) accessTree(anonymous bool) (complaints []string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 15*time.Second)
	defer cancel()
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatalf("asking for the accessibility tree: %v", err)
	}
	count := map[string]int{}
	level, h1 := 0, 0
	for _, n := range tree.Nodes {
		if n.Ignored {
			continue
		}
		role, name := axText(n.Role), axText(n.Name)
		count[role]++
		switch {
		case slices.Contains(operable, role) && name == "":
			complaints = append(complaints, "a "+role+" without a name")
		case (role == "image" || role == "img") && name == "":
			complaints = append(complaints, "an image without a name")
		case role == "generic" && axProperty(n, "focusable") == "true" && name != "":
			complaints = append(complaints, fmt.Sprintf("%q can be focused and has no role", name))
		case role == "heading":
			now := 0
			fmt.Sscan(axProperty(n, "level"), &now)
			if now > level+1 {
				complaints = append(complaints, fmt.Sprintf("the heading %q is of level %d after one of level %d", name, now, level))
			}
			if level = now; now == 1 {
				h1++
			}
		case role == "status" && axProperty(n, "live") != "polite":
			complaints = append(complaints, fmt.Sprintf("the status %q is not live", name))
		}
	}
	if h1 != 1 {
		complaints = append(complaints, fmt.Sprintf("%d headings of the first level, want one", h1))
	}
	for _, landmark := range []string{"banner", "navigation", "main"} {
		if count[landmark] == 0 && !(anonymous && landmark == "navigation") {
			complaints = append(complaints, "no landmark "+landmark)
		}
	}
	if count["main"] > 1 || count["banner"] > 1 {
		complaints = append(complaints, "a landmark that there can be one of is there twice")
	}
	return complaints
}

func axText(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var text any
	if err := json.Unmarshal(v.Value, &text); err != nil || text == nil {
		return ""
	}
	return fmt.Sprint(text)
}

func axProperty(n *accessibility.Node, name accessibility.PropertyName) string {
	for _, p := range n.Properties {
		if p.Name == name {
			return axText(p.Value)
		}
	}
	return ""
}

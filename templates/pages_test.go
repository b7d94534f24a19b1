package templates

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// The CSP forbids everything inline; a page that relies on it would only
// break in a browser.
func TestNoPageHasInlineCode(t *testing.T) {
	for name, c := range everyPage() {
		doc := render(t, c)
		if n := doc.Find("[style], style").Length(); n > 0 {
			t.Errorf("%s: %d inline styles", name, n)
		}
		doc.Find("script").Each(func(_ int, s *goquery.Selection) {
			if src := s.AttrOr("src", ""); !strings.HasPrefix(src, "/static/h/") || s.Text() != "" {
				t.Errorf("%s: script with src %q and text %q", name, src, s.Text())
			}
		})
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s: inline code in %s=%q", name, a.Key, a.Val)
				}
			}
		})
	}
}

func TestEveryPageIsOneWellFormedDocument(t *testing.T) {
	for name, c := range everyPage() {
		doc := render(t, c)
		for selector, want := range map[string]int{"h1": 1, "main": 1, "title": 1, "html[lang]": 1, "header.top": 1} {
			if got := doc.Find(selector).Length(); got != want {
				t.Errorf("%s: %d × %s, want %d", name, got, selector, want)
			}
		}
		if h1 := strings.TrimSpace(doc.Find("h1").Text()); h1 == "" {
			t.Errorf("%s: the heading is empty", name)
		}
		first := doc.Find("a, button, input, select").First()
		if !first.HasClass("skip") {
			t.Errorf("%s: the first stop is %q, want the skip link", name, first.Text())
		}
	}
}

// References that lead nowhere: labels, skip links, icons.
func TestEveryReferenceHasItsTarget(t *testing.T) {
	for name, c := range everyPage() {
		doc := render(t, c)
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", "")
			if ids[id] {
				t.Errorf("%s: id %q twice", name, id)
			}
			ids[id] = true
		})
		for selector, attr := range map[string]string{"[aria-labelledby]": "aria-labelledby", "label[for]": "for", "use": "href", "a.skip": "href", `a[href^="#"]`: "href"} {
			doc.Find(selector).Each(func(_ int, s *goquery.Selection) {
				if id := strings.TrimPrefix(s.AttrOr(attr, ""), "#"); !ids[id] {
					t.Errorf("%s: %s refers to %q, which is not there", name, selector, id)
				}
			})
		}
	}
}

func TestEveryControlHasAName(t *testing.T) {
	for name, c := range everyPage() {
		doc := render(t, c)
		doc.Find("button, a, input:not([type=hidden]), select").Each(func(_ int, s *goquery.Selection) {
			if _, own := s.Attr("aria-label"); own || strings.TrimSpace(s.Text()) != "" {
				return
			}
			id := s.AttrOr("id", "none")
			labelled := doc.Find(`label[for="`+id+`"]`).Length() > 0 || s.Closest("label").Length() > 0
			if _, filled := s.Attr("data-note-action"); !labelled && !filled {
				html, _ := goquery.OuterHtml(s)
				t.Errorf("%s: no name for %s", name, html)
			}
		})
	}
}

func TestPagesOfAnAnonymousVisitorHaveNoNavigation(t *testing.T) {
	doc := render(t, everyPage()["sign in"])
	if n := doc.Find("nav, .vitals .chip").Length(); n > 0 {
		t.Errorf("%d links or roles for somebody who is not signed in", n)
	}
	if got := doc.Find(`form[action="/session"][method=post] input[name=token]`).AttrOr("type", ""); got != "password" {
		t.Errorf("the token field is of type %q, want password", got)
	}
}

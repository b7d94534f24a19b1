package templates

import (
	"net/url"

	"github.com/a-h/templ"
)

// current marks the entry of a list of links that one is looking at.
func current(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// boolAttr writes ARIA's booleans, which want the word.
func boolAttr(is bool) string {
	if is {
		return "true"
	}
	return "false"
}

func csvHref(target, window string) string {
	return "/api/v1/readings.csv?" + url.Values{"target": {target}, "window": {window}}.Encode()
}

func profileHref(id string) string {
	return "/api/v1/snapshots/" + url.PathEscape(id) + "/profile.pb.gz"
}

func orDefault(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

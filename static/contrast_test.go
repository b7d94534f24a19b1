package static

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

var pair = regexp.MustCompile(`(?m)--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
var alias = regexp.MustCompile(`(?m)--([a-z0-9-]+): var\(--([a-z0-9-]+)\)`)

// tokens maps a colour token to its light and dark value.
func tokens(t *testing.T) map[string][2]string {
	t.Helper()
	css, err := FS.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatalf("reading the tokens: %v", err)
	}
	found := map[string][2]string{}
	for _, m := range pair.FindAllStringSubmatch(string(css), -1) {
		found[m[1]] = [2]string{m[2], m[3]}
	}
	for _, m := range alias.FindAllStringSubmatch(string(css), -1) {
		if to, ok := found[m[2]]; ok {
			found[m[1]] = to
		}
	}
	return found
}

// luminance is WCAG's relative luminance of "#rrggbb".
func luminance(hex string) float64 {
	rgb, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		return math.NaN()
	}
	channel := func(shift int) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func TestContrastOfBlackOnWhite(t *testing.T) {
	if got := contrast("#000000", "#ffffff"); math.Abs(got-21) > 0.01 {
		t.Errorf("black on white has %.2f, want 21", got)
	}
}

func TestContrast(t *testing.T) {
	all := tokens(t)
	surfaces := []string{"bg", "panel", "sunken"}
	tests := []struct {
		name  string
		fore  []string
		on    []string
		least float64
	}{
		{"text on every surface", []string{"ink", "ink-2", "ink-3", "accent", "fault", "watch", "sound", "shrank"}, surfaces, 4.5},
		{"labels of line ends", []string{"c-rss", "c-floor"}, []string{"panel"}, 4.5},
		{"accent on its wash", []string{"accent", "ink"}, []string{"accent-wash"}, 4.5},
		{"fault on its wash", []string{"fault", "ink", "ink-2"}, []string{"fault-wash"}, 4.5},
		{"watch on its wash", []string{"watch", "ink", "ink-2"}, []string{"watch-wash"}, 4.5},
		{"sound on its wash", []string{"sound", "ink", "ink-2"}, []string{"sound-wash"}, 4.5},
		{"small text in a selected card", []string{"ink-3"}, []string{"accent-wash"}, 4.5},
		{"text on filled buttons", []string{"on-accent"}, []string{"accent"}, 4.5},
		{"text on a crash chip", []string{"on-fault"}, []string{"fault"}, 4.5},
		{"control edges and chart lines", []string{"edge", "c-use", "c-goal", "c-rss", "c-a", "c-b", "c-c", "c-axis", "c-limit"}, []string{"panel"}, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, fore := range tt.fore {
				for _, on := range tt.on {
					for theme, name := range []string{"light", "dark"} {
						f, okF := all[fore]
						o, okO := all[on]
						if !okF || !okO {
							t.Fatalf("no token %s or %s", fore, on)
						}
						if got := contrast(f[theme], o[theme]); got < tt.least {
							t.Errorf("%s: --%s on --%s has %.2f, want %.1f", name, fore, on, got, tt.least)
						}
					}
				}
			}
		})
	}
}

var (
	barRule  = regexp.MustCompile(`([^{}/]*(?:\.m-|#p-)[^{}/]*)\{([^}]*)\}`)
	barPart  = regexp.MustCompile(`(?:\.m|#p)-[a-z]+`)
	barPaint = regexp.MustCompile(`\b(?:fill|stroke):\s*([^;}]+)`)
	named    = regexp.MustCompile(`^var\(--([a-z0-9-]+)\)$`)
	pattern  = regexp.MustCompile(`^url\(#(p-[a-z]+)\)$`)
)

// Whatever a part of the memory bar is painted with is a token that holds
// against what lies below it, or a pattern of such: a mixture nobody has looked
// at does not survive a projector.
func TestMemoryBarIsSeen(t *testing.T) {
	css, err := FS.ReadFile("css/components.css")
	if err != nil {
		t.Fatalf("reading the components: %v", err)
	}
	all, seen := tokens(t), map[string]bool{}
	var patterns []string
	for _, rule := range barRule.FindAllStringSubmatch(string(css), -1) {
		parts := barPart.FindAllString(rule[1], -1)
		for _, paint := range barPaint.FindAllStringSubmatch(rule[2], -1) {
			if m := pattern.FindStringSubmatch(paint[1]); m != nil {
				patterns = append(patterns, "#"+m[1])
			} else if m := named.FindStringSubmatch(paint[1]); m == nil {
				t.Errorf("%v is painted with %s, want a token or a pattern", parts, paint[1])
			} else if m[1] == "panel" {
				continue // of what is not there, which its edge shows
			} else {
				on := []string{"panel", "sunken"} // the legend, the bar
				if m[1] == "edge" {
					on = on[:1]
				}
				holds(t, all, m[1], on)
			}
			for _, part := range parts {
				seen[part] = true
			}
		}
	}
	for _, p := range append(patterns, ".m-live", ".m-dead", ".m-free", ".m-stacks", ".m-runtime", ".m-outside", ".m-absent", ".m-limit", ".m-gomemlimit") {
		if !seen[p] {
			t.Errorf("%s has no paint", p)
		}
	}
}

// holds fails when a token has less than 3:1, what graphics need, on a surface.
func holds(t *testing.T, all map[string][2]string, fore string, surfaces []string) {
	t.Helper()
	for _, on := range surfaces {
		for theme, name := range []string{"light", "dark"} {
			f, ok := all[fore]
			if !ok {
				t.Fatalf("no token %s", fore)
			}
			if got := contrast(f[theme], all[on][theme]); got < 3 {
				t.Errorf("%s: --%s on --%s has %.2f, want 3", name, fore, on, got)
			}
		}
	}
}

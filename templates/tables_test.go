package templates

import (
	"math"
	"strings"
	"testing"
)

func TestSnapshotActionsAreTheInstructors(t *testing.T) {
	mine := "[data-pin], [data-delete], [data-label-of], [data-take], [data-delete-dialog]"
	if n := render(t, Snapshots(snapshotsView(false))).Find(mine).Length(); n > 0 {
		t.Errorf("a viewer's list has %d actions, want none", n)
	}
	doc := render(t, Snapshots(snapshotsView(true)))
	if got := doc.Find("[data-pin='23']").AttrOr("aria-pressed", ""); got != "true" {
		t.Errorf("a pinned snapshot's pin is pressed %q", got)
	}
	if got := doc.Find("[data-snapshot='17']").AttrOr("data-at", ""); got != "1000" {
		t.Errorf("data-at is %q: the tray could not tell the older one", got)
	}
}

func TestReasonsReadAsWords(t *testing.T) {
	text := render(t, Snapshots(snapshotsView(false))).Find("tbody").Text()
	for _, want := range []string{"memory limit 95 %", "novel-reason"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
}

func TestEmptyListSaysWhatComesNext(t *testing.T) {
	v := SnapshotsView{Page: page("snapshots", true), Next: "The first automatic one comes in 24 s."}
	doc := render(t, Snapshots(v))
	if text := doc.Find(".empty").Text(); !strings.Contains(text, "No snapshots yet") || !strings.Contains(text, v.Next) {
		t.Errorf("the empty list says %q", text)
	}
	if n := doc.Find("[data-take]").Length(); n != 1 {
		t.Errorf("%d ways to take one, want one", n)
	}
}

func TestHostileNamesAreText(t *testing.T) {
	v := diffView()
	v.Sites[0].Function = `evil.com/x.</code><script>alert(1)</script>`
	v.Sites[0].Place = `"><img src=x onerror=alert(1)>`
	v.Sources[0].Lines[0].Text = `</td><script>alert(2)</script>`
	v.Base.Label = `<b>bold</b>`
	doc := render(t, Diff(v))
	if n := doc.Find("main script, main img, main code script, .verdict b b").Length(); n > 0 {
		t.Errorf("%d elements came out of names", n)
	}
	if !strings.Contains(doc.Find(".src").Text(), v.Sources[0].Lines[0].Text) {
		t.Error("the source line is not shown as it is")
	}
}

func TestHostileLinksAreRefused(t *testing.T) {
	v := snapshotsView(false)
	v.Rows[0].ID = `../../evil?x=`
	href := render(t, Snapshots(v)).Find("a[download]").First().AttrOr("href", "")
	if want := "/api/v1/snapshots/..%2F..%2Fevil%3Fx=/profile.pb.gz"; href != want {
		t.Errorf("download leads to %q, want %q", href, want)
	}
}

func TestIntervalsShowTheirDoubt(t *testing.T) {
	rows := render(t, Diff(diffView())).Find("[data-site]")
	if rows.Eq(0).Find(".iv .pt").Length() != 1 || rows.Eq(0).Find(".iv .est").Length() != 0 {
		t.Error("what moved is not drawn filled")
	}
	if rows.Eq(1).Find(".iv .est").Length() != 1 {
		t.Error("what may be nothing is not drawn hollow")
	}
	if text := rows.Eq(2).Text(); !strings.Contains(text, "not sampled") {
		t.Errorf("a site without samples says %q", text)
	}
	if got := rows.Eq(0).Find(".sr").First().Text(); got != "99 to 121" {
		t.Errorf("the interval is read out as %q", got)
	}
	if key, ok := rows.Eq(1).Find("td").Eq(2).Attr("data-sort"); !ok || key != "" {
		t.Errorf("noise sorts by %q, want by nothing", key)
	}
}

func TestEmptyDiffSaysSo(t *testing.T) {
	text := render(t, everyPage()["diff, empty"]).Find("main").Text()
	if !strings.Contains(text, "Nothing moved between these two.") {
		t.Errorf("an empty diff says %q", text)
	}
}

func TestShortName(t *testing.T) {
	for in, want := range map[string]string{
		"github.com/a/b/strategy.(*audit).Check":  "strategy.(*audit).Check",
		"main.run":                                "main.run",
		"example.com/x/set.Add[example.com/y.ID]": "set.Add[example.com/y.ID]",
		"gopkg.in/yaml%2ev3.parse":                "yaml%2ev3.parse",
		"":                                        "",
	} {
		if got := shortName(in); got != want {
			t.Errorf("shortName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestGlyphsStayInTheirBox(t *testing.T) {
	for share, want := range map[float64]string{-3: "0.0", 0.5: "44.0", 7: "88.0"} {
		if got := at(share, shareWidth); got != want {
			t.Errorf("at(%v) = %s, want %s", share, got, want)
		}
	}
	for v, want := range map[float64]string{1.5: "1.5", math.Inf(1): ""} {
		if got := sortKey(v); got != want {
			t.Errorf("sortKey(%v) = %q, want %q", v, got, want)
		}
	}
}

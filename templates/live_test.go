package templates

import (
	"strings"
	"testing"
)

func TestViewerHasNoControls(t *testing.T) {
	viewer := render(t, Live(liveView(false)))
	if n := viewer.Find("[data-controls], [data-do], [data-resume], [data-strategy-name], aside").Length(); n > 0 {
		t.Errorf("a viewer's live page has %d controls, want none, not greyed ones", n)
	}
	if help := viewer.Find("[data-keys]").Text(); strings.Contains(help, "force a GC") {
		t.Error("a viewer is told of keys that only work for the instructor")
	}
	if n := render(t, Live(liveView(true))).Find("[data-controls] [data-do]").Length(); n == 0 {
		t.Error("the instructor's live page has no controls")
	}
}

func TestFiguresStandBeforeAnyScript(t *testing.T) {
	doc := render(t, Live(liveView(true)))
	if got := doc.Find(`[data-strips] [data-column=rss] [data-value]`).Text(); got != "15.0" {
		t.Errorf("RSS reads %q, want 15.0", got)
	}
	if got := doc.Find(`[data-strips] [data-column=floor] [data-value]`).Text(); got != "–" {
		t.Errorf("an unknown floor reads %q, want a dash", got)
	}
	if n := doc.Find("canvas[data-strip][tabindex='0'][aria-label]").Length(); n != len(strips) {
		t.Errorf("%d labelled charts, want %d", n, len(strips))
	}
}

func TestStrategiesAreOneRadioGroup(t *testing.T) {
	group := render(t, Live(liveView(true))).Find("[role=radiogroup]")
	if got := group.Find("[aria-checked=true]").AttrOr("data-strategy-name", ""); got != "list-scan" {
		t.Errorf("%q is checked, want list-scan", got)
	}
	if n := group.Find("[tabindex='0']").Length(); n != 1 {
		t.Errorf("Tab stops %d times in the group, want once", n)
	}
	card := group.Find(`[data-strategy-name="unclosed-rows"]`)
	if card.AttrOr("aria-disabled", "") != "true" || !strings.Contains(card.Text(), "needs SQL") {
		t.Error("a strategy that cannot be chosen does not say why")
	}
}

func TestControlsSayWhyTheyAreOff(t *testing.T) {
	v := liveView(true)
	v.Controls.Unready = "The process is starting."
	doc := render(t, Live(v))
	if n := doc.Find("[data-do=gc][disabled], [data-do=snapshot][disabled]").Length(); n != 2 {
		t.Errorf("%d of GC and Snapshot are off, want both", n)
	}
	if why := doc.Find("[data-unready]"); why.Text() != v.Controls.Unready || why.Is("[hidden]") {
		t.Errorf("the reason reads %q", why.Text())
	}
}

func TestHaltedOffersResumeToTheInstructorOnly(t *testing.T) {
	v := liveView(true)
	v.Note = &Note{Tone: "fault", Lead: "Stopped.", Resume: true}
	if n := render(t, Live(v)).Find("[data-note]:not([hidden]) [data-resume]:not([hidden])").Length(); n != 1 {
		t.Errorf("%d Resume buttons for the instructor, want one", n)
	}
	v.Page.Instructor = false
	if n := render(t, Live(v)).Find("[data-resume]").Length(); n != 0 {
		t.Errorf("%d Resume buttons for a viewer, want none", n)
	}
}

func TestVerdictSpeaksAndTheStripDoesNot(t *testing.T) {
	v := liveView(false)
	v.Headline = Headline{
		Tone: "fault", Word: "leak", Sentence: []Span{{Text: "Live memory grows."}}, Strip: "list-scan · 100 req/s",
		Evidence: []string{"It grew by 1 MB/s.", "<b>main.f</b>"},
	}
	doc := render(t, Live(v))
	head := doc.Find("#verdict.is-fault")
	if _, live := head.Attr("aria-live"); live {
		t.Error("the whole headline is a live region, and would be read out twice a second")
	}
	if n := head.Find("[role=status][data-verdict-said]").Length(); n != 1 {
		t.Errorf("%d places announce the word, want one", n)
	}
	if doc.Find(".word use").AttrOr("href", "") != "#i-fault" {
		t.Error("the word of a fault has no shape of its own")
	}
	if got := head.Find("[data-evidence] li").Last().Text(); got != "<b>main.f</b>" {
		t.Errorf("the evidence reads %q", got)
	}
	if got := head.Find("[data-words]").Text(); got != v.Headline.Strip {
		t.Errorf("the strip reads %q", got)
	}
	v.Headline.Strip = ""
	if got := render(t, Live(v)).Find("#verdict").AttrOr("aria-live", ""); got != "polite" {
		t.Errorf("a headline that no script keeps is announced %q, want politely", got)
	}
}

func TestMarkNamesItsSnapshotOnce(t *testing.T) {
	v := liveView(false)
	v.Marks = []MarkRow{{ID: "1", Kind: "snapshot", Snapshot: "2", Text: "snapshot 2, by hand"}, {ID: "2", Kind: "gc", Text: "GC forced"}}
	rows := render(t, Live(v)).Find("[data-mark]")
	if got := strings.TrimSpace(rows.Eq(0).Find(".grow").Text()); got != "snapshot 2, by hand" {
		t.Errorf("the mark reads %q", got)
	}
	if got := rows.Eq(0).Find("a").AttrOr("href", ""); got != "/snapshots?target=checker#snapshot-2" {
		t.Errorf("it leads to %q", got)
	}
	if got := strings.TrimSpace(rows.Eq(1).Find(".grow").Text()); got != "GC forced" {
		t.Errorf("a mark without a snapshot reads %q", got)
	}
}

func TestMemoryBarHasEveryPieceAndSaysAll(t *testing.T) {
	v := liveView(false)
	v.Memory = MemBar{
		Total: "425 MB", Says: "RSS 425 MB: live 219 MB", Note: "GOMEMLIMIT is off.", By: "a cgroup",
		Parts: []MemPart{{"live", "live", "219 MB", 0, 40.726}, {"limit", "limit", "512 MiB", 99.6, 0.4}},
	}
	bar := render(t, Live(v)).Find("[data-membar]")
	if got := bar.Find("h2").Text(); got != "Where the 425 MB are" {
		t.Errorf("the heading reads %q", got)
	}
	if n := bar.Find("rect[data-mem]").Length(); n != len(memKeys) {
		t.Errorf("%d pieces, want %d: the script only moves them", n, len(memKeys))
	}
	if got := bar.Find("li[data-mem]:not([hidden])").Length(); got != 2 {
		t.Errorf("%d lines in the legend, want the 2 that are known", got)
	}
	if got := bar.Find("rect[data-mem=live]").AttrOr("width", ""); got != "40.73%" {
		t.Errorf("live is %q wide", got)
	}
	if got := bar.Find("svg[role=img]").AttrOr("aria-label", ""); got != v.Memory.Says {
		t.Errorf("a reader hears %q", got)
	}
	if got := bar.Find("li[data-mem=limit] .dim").Text(); got != "by a cgroup" {
		t.Errorf("the limit is enforced %q", got)
	}
}

package e2e_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Two instructors: the second is refused and told so, takes the desk over, and
// the first learns of it.
func TestTwoInstructorsAndOneDesk(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	browser := startBrowser(t)
	desk := func(p *browserPage, says string) {
		t.Helper()
		p.until(5*time.Second, `document.querySelector('[data-desk]')?.textContent.includes('`+says+`')`)
	}
	press := func(p *browserPage, says string) {
		t.Helper()
		p.click("[data-do=gc]")
		p.until(10*time.Second, `document.querySelector('[data-control-status]').textContent.includes('`+says+`')`)
	}
	var pages []*browserPage
	for range 2 {
		p := newPage(t, browser)
		p.do(chromedp.Navigate(l.link("/", instructorToken)))
		p.until(15*time.Second, `!document.querySelector('[data-do=gc]').disabled`)
		desk(p, "Instructor")
		pages = append(pages, p)
	}
	anna, ben := pages[0], pages[1]
	press(anna, "GC forced.")
	desk(anna, "You have the desk")
	press(ben, "another instructor has the desk since")
	ben.expect("409")
	desk(ben, "Another instructor has the desk")
	for _, v := range append(views, projector) {
		for _, theme := range []string{"light", "dark"} {
			ben.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
			ben.checkFit("the desk of another", v)
			ben.save("desk-" + v.name + "-" + theme)
			anna.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
			anna.checkFit("one's own desk", v)
			anna.save("desk-mine-" + v.name + "-" + theme)
		}
	}
	ben.click("[data-desk] button")
	desk(ben, "You have the desk")
	press(ben, "GC forced.")

	press(anna, "another instructor has the desk since")
	anna.expect("409")
	// What the server writes is a form, for a page whose script does not run.
	anna.do(chromedp.Navigate(l.base + "/debug/self"))
	desk(anna, "Another instructor has the desk")
	anna.click("form[action='/desk'] button")
	desk(anna, "You have the desk")
	anna.do(chromedp.Navigate(l.base + "/audit"))
	anna.until(5*time.Second, `document.querySelectorAll('tbody tr').length > 5 && document.body.textContent.includes('POST /api/v1/gc')`)
	for _, v := range append(views, projector) {
		for _, theme := range []string{"light", "dark"} {
			anna.do(chromedp.EmulateViewport(v.width, v.height), prefer(theme))
			anna.checkFit("the audit log", v)
			anna.save("audit-" + v.name + "-" + theme)
		}
	}
}

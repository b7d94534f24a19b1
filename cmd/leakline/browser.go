package main

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// openBrowser asks the desktop to open a link. The link holds a token, and
// arguments can be read by others: the browser is given a file that only we
// may read and that sends it on. That there may be no desktop is no error.
func openBrowser(dir, link string) error {
	page := filepath.Join(dir, "open.html")
	body := fmt.Sprintf("<!doctype html><meta http-equiv=refresh content=\"0; url=%s\">\n", html.EscapeString(link))
	if err := os.WriteFile(page, []byte(body), 0o600); err != nil {
		return fmt.Errorf("writing the page that opens the link: %w", err)
	}
	name, args := "xdg-open", []string{page}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", page}
	}
	if cmd := exec.Command(name, args...); cmd.Start() == nil {
		go cmd.Wait()
	}
	return nil
}

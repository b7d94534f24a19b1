// Package static holds the style sheets and ES modules exactly as browsers
// get them: there is no bundler and nothing to build.
package static

import "embed"

// FS is rooted at this folder: "css/tokens.css", "js/main.js".
//
//go:embed css/*.css js/*.js icon.svg
var FS embed.FS

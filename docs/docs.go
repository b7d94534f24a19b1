// Package docs holds what is handed out with the program.
package docs

import _ "embed"

// OpenAPI describes everything that is served to scripts, as OpenAPI 3.1.
//
//go:embed openapi.yaml
var OpenAPI []byte

// Package docs holds what is handed out with the program.
package docs

import _ "embed"

// OpenAPI describes everything that the observer serves to scripts, as OpenAPI 3.1.
//
//go:embed openapi.yaml
var OpenAPI []byte

// Checker describes what the fraud checker serves, as OpenAPI 3.1.
//
//go:embed checker.yaml
var Checker []byte

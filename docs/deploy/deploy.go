// Package deploy holds what ships for Prometheus, for those parts of leakline
// that show it.
package deploy

import _ "embed"

// Alerts is alerts.yml.
//
//go:embed alerts.yml
var Alerts string

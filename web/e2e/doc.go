// Package e2e uses the product as people do: the real binary, its own Redis,
// database and checker, and a real Chromium. It holds tests only.
package e2e

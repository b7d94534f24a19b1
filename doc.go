// Package leakline is the root of the module: it holds the tests of what
// concerns every package, and no code. The command is in cmd/leakline.
package leakline

//go:build !unix

package archive

// syncDir does nothing: a folder cannot be synced here, and the file system
// journals renames itself.
func (a *Archive) syncDir() error { return nil }

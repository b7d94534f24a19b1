//go:build !unix

package archive

// Sync does nothing: a folder cannot be synced here, and the file system
// journals renames itself.
func (d rootDisk) Sync() error { return nil }

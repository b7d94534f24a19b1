//go:build unix

package archive

// syncDir makes renames and removals in the folder durable.
func (a *Archive) syncDir() error {
	dir, err := a.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

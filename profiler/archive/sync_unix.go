//go:build unix

package archive

// Sync opens the folder anew each time: an error that was told once is not
// told again to whoever has it open.
func (d rootDisk) Sync() error {
	dir, err := d.Root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

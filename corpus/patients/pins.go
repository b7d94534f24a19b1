package main

import "unsafe"

// bytesView is a string that shares its memory with b, as decoders that avoid
// copies return.
func bytesView(b []byte) string { return unsafe.String(&b[0], len(b)) }

func drips(p pace) { underGarbage(p, 100e3) }

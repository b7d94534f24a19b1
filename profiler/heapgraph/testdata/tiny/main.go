// Tiny is a program of every format of executables, for its symbols.
package main

type entry struct{ next *entry }

var auditLog []*entry

func main() {
	auditLog = append(auditLog, &entry{})
	println(len(auditLog))
}

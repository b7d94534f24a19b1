// Package cputime tells how much CPU this process has used.
package cputime

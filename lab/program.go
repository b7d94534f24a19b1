package lab

import (
	"log/slog"
	"sync"

	"github.com/leakline/leakline/profiler/heapgraph"
)

// A program is what the patient runs: its file names what is found in its heap.
// It is read when the first patient has come, and kept open for all lives.
type program struct {
	path string
	log  *slog.Logger

	mu   sync.Mutex
	file *heapgraph.Binary // nil while nobody has asked, or when it cannot be read
	read bool
}

// binary returns the program, nil when it cannot be read.
func (p *program) binary() *heapgraph.Binary {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read {
		return p.file
	}
	p.read = true
	file, err := heapgraph.OpenBinary(p.path)
	if err != nil {
		p.log.Warn("what is held will have no names", "error", err)
		return nil
	}
	p.file = file
	return file
}

func (p *program) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file != nil {
		p.file.Close()
		p.file = nil
	}
}

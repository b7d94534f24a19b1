package heapgraph

import (
	"encoding/binary"
	"strings"
)

// A dumper writes a dump as the runtime does, for tests that need a certain
// one.
type dumper struct{ b []byte }

// The heap of a crafted dump, and the address of a type outside it.
const (
	heapLow  = 0xc000000000
	heapHigh = 0xc000400000
	typeAddr = 0x480000
	dataAddr = 0x500000
	bssAddr  = 0x600000
)

func newDumper() *dumper {
	d := &dumper{[]byte(dumpHeader)}
	d.numbers(tagParams, 0, 8, heapLow, heapHigh)
	d.text("amd64")
	d.text("go1.26.8")
	d.numbers(2)
	return d
}

func (d *dumper) numbers(list ...uint64) *dumper {
	for _, v := range list {
		d.b = binary.AppendUvarint(d.b, v)
	}
	return d
}

func (d *dumper) text(s string) *dumper {
	d.numbers(uint64(len(s)))
	d.b = append(d.b, s...)
	return d
}

// words writes a memory range of words, and after it between, and a list of
// those words that are pointers.
func (d *dumper) words(words []uint64, between func()) {
	d.numbers(uint64(8 * len(words)))
	for _, w := range words {
		d.b = binary.LittleEndian.AppendUint64(d.b, w)
	}
	if between != nil {
		between()
	}
	for i, w := range words {
		if w >= heapLow && w < heapHigh {
			d.numbers(fieldPointer, uint64(8*i))
		}
	}
	d.numbers(fieldEnd)
}

func (d *dumper) object(addr uint64, words ...uint64) *dumper {
	d.numbers(tagObject, addr)
	d.words(words, nil)
	return d
}

func (d *dumper) bss(words ...uint64) *dumper {
	d.numbers(tagBSS, bssAddr)
	d.words(words, nil)
	return d
}

func (d *dumper) goroutine(record, id, status uint64, reason string) *dumper {
	d.numbers(tagGoroutine, record, 0, id, 0, status, 0, 0, 0)
	d.text(reason)
	return d.numbers(0, 0, 0, 0)
}

func (d *dumper) frame(function string, words ...uint64) *dumper {
	d.numbers(tagFrame, 0x7000, 0, 0)
	d.words(words, func() {
		d.numbers(0x401000, 0x401010, 0x401010)
		d.text(function)
	})
	return d
}

func (d *dumper) bucket(id, size uint64, function string, line uint64) *dumper {
	d.numbers(tagBucket, id, size, 1)
	d.text(function)
	d.text("/src/" + strings.ReplaceAll(function, ".", "/") + ".go")
	return d.numbers(line, 1, 0)
}

func (d *dumper) end() []byte { return d.numbers(tagEOF).b }

// small is a dump with one of everything: a global that holds a list of two
// objects, a goroutine that holds a third, a finalizer that keeps a fourth.
func small() *dumper {
	d := newDumper()
	d.numbers(tagType, typeAddr, 24).text("main.thing").numbers(1)
	d.numbers(tagItab, typeAddr+0x100, typeAddr)
	d.object(heapLow, heapLow+0x2008, 0)     // points into the middle of the next
	d.object(heapLow+0x2000, 7, 0, 0, 0)     // holds nothing
	d.object(heapLow+0x4000, heapLow+0x6000) // of the goroutine
	d.object(heapLow+0x6000, 1)
	d.object(heapLow+0x8000, heapLow+0xa000) // has a finalizer
	d.object(heapLow+0xa000, heapLow+0x8000)
	d.object(heapLow+0xc000, 0, 0) // nothing holds it
	d.object(heapLow+0xe000, 0, 0) // the goroutine's record
	d.goroutine(heapLow+0xe000, 7, 4, "chan receive")
	d.frame("runtime.gopark").frame("main.wait", heapLow+0x4000, 5)
	d.numbers(tagThread, 1, 2, 3)
	d.numbers(tagDefer, 1, 2, 3, 4, 0, 0, 0)
	d.bss(0, heapLow)
	d.numbers(tagFinalizer, heapLow+0x8000, 0, 0x402000, 0, 0)
	d.numbers(tagQueuedFinalizer, heapLow+0x8000, 0, 0x402000, 0, 0)
	d.numbers(tagOtherRoot).text("odd").numbers(heapLow + 0x2000)
	d.numbers(tagMemStats).numbers(make([]uint64, 24+256)...).numbers(3)
	d.bucket(11, 32, "main.newThing", 12)
	return d.numbers(tagSample, heapLow+0x2000, 11)
}

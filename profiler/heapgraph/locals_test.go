package heapgraph

import (
	"reflect"
	"testing"
)

func TestPlacesOfVariables(t *testing.T) {
	tests := []struct {
		name  string
		where []byte
		want  []piece
	}{
		{"nowhere", nil, nil},
		{"at the end of the frame", []byte{opEndOfFrame}, []piece{{at: 0}}},
		{"below it", []byte{opFrame, 0xa8, 0x7f}, []piece{{at: -88}}},
		{"in a register", []byte{opReg0 + 5}, nil},
		{"a slice on the stack", []byte{opFrame, 0xa8, 0x7f, opPiece, 8, opFrame, 0x90, 0x7f, opPiece, 16},
			[]piece{{-88, 0, 8}, {-112, 8, 16}}},
		{"half in registers", []byte{opReg0, opPiece, 8, opRegX, 40, opPiece, 8, opEndOfFrame, opPiece, 8}, []piece{{0, 16, 8}}},
		{"a part that is nowhere", []byte{opPiece, 8, opFrame, 0x78, opPiece, 8}, []piece{{-8, 8, 8}}},
		{"an operation that Go does not write", []byte{0x12, opFrame, 0}, nil},
		{"cut short", []byte{opFrame}, []piece{{at: 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := pieces(tt.where); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestPlaceDuringACall(t *testing.T) {
	d := &debugInfo{places: []byte{
		0xff, 0xff, // of another function
		listBaseAddress, 0x2e,
		listOffsetPair, 0x10, 0x20, 1, opReg0,
		listOffsetPair, 0x20, 0x90, 1, 2, opFrame, 0x78,
		0,
	}}
	for _, tt := range []struct {
		name string
		list int64
		pc   uint64
		want []byte
	}{
		{"ahead of all", 2, 0xf, nil},
		{"in the first range", 2, 0x10, []byte{opReg0}},
		{"in the second", 2, 0x20, []byte{opFrame, 0x78}},
		{"behind all", 2, 0x90, nil},
		{"a list that is none", 0, 0x10, nil},
		{"a list beyond the end", 99, 0x10, nil},
		{"a list ahead of the beginning", -1, 0x10, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := d.during(tt.list, tt.pc); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %x, want %x", got, tt.want)
			}
		})
	}
}

package diff

import (
	"encoding/binary"
	"errors"
)

// Field numbers of profile.proto.
const (
	fieldSampleType = 1
	fieldSample     = 2
	fieldMapping    = 3
	fieldLocation   = 4
	fieldFunction   = 5
	fieldString     = 6
	fieldComment    = 13

	fieldSampleLocation = 1
	fieldSampleValue    = 2
	fieldSampleLabel    = 3
	fieldLocationLine   = 4

	lengthPrefixed = 2 // the wire type of messages, strings and packed lists
)

// What parsing one message allocates, in bytes, garbage included: measured on
// 1 MiB of each, as a test does again.
const (
	costSampleType = 110
	costSample     = 190
	costLabel      = 540
	costMapping    = 220
	costLocation   = 170
	costLine       = 220
	costFunction   = 200
	costString     = 100
	costNumber     = 200 // one by one
	costPacked     = 26  // in a packed list
)

var errWire = errors.New("it is damaged or no pprof protobuf")

// census counts the messages of a profile without parsing them.
type census struct {
	limits Limits

	samples, labels, locations, lines int64
	functions, mappings, strings      int64
	heap                              int64 // predicted, bytes
}

// scan refuses a profile that is over the limits. It allocates nothing that
// grows with the input.
func scan(body []byte, l Limits) error {
	c := &census{limits: l}
	return eachField(body, func(field int, kind uint64, msg []byte) error {
		if err := c.topLevel(field, kind, msg); err != nil {
			return err
		}
		return c.check()
	})
}

func (c *census) topLevel(field int, kind uint64, msg []byte) error {
	switch field {
	case fieldSampleType:
		c.heap += costSampleType
	case fieldSample:
		c.samples++
		c.heap += costSample
		return c.sample(msg)
	case fieldMapping:
		c.mappings++
		c.heap += costMapping
	case fieldLocation:
		c.locations++
		c.heap += costLocation
		return c.location(msg)
	case fieldFunction:
		c.functions++
		c.heap += costFunction
	case fieldString:
		c.strings++
		c.heap += costString + int64(len(msg))
	case fieldComment:
		_, cost := numbers(kind, msg)
		c.heap += cost
	}
	return nil
}

func (c *census) sample(msg []byte) error {
	var frames, labels int64
	err := eachField(msg, func(field int, kind uint64, inner []byte) error {
		switch field {
		case fieldSampleLocation, fieldSampleValue:
			n, cost := numbers(kind, inner)
			c.heap += cost
			if field == fieldSampleLocation {
				frames += n
			}
		case fieldSampleLabel:
			labels++
			c.heap += costLabel
		}
		return nil
	})
	c.labels += labels
	switch {
	case err != nil:
		return err
	case frames > c.limits.Stack:
		return &LimitError{"frames in one stack", frames, c.limits.Stack}
	case labels > c.limits.LabelsPerSample:
		return &LimitError{"labels on one sample", labels, c.limits.LabelsPerSample}
	}
	return nil
}

func (c *census) location(msg []byte) error {
	before := c.lines
	err := eachField(msg, func(field int, _ uint64, _ []byte) error {
		if field == fieldLocationLine {
			c.lines++
			c.heap += costLine
		}
		return nil
	})
	if inlined := c.lines - before; err == nil && inlined > c.limits.Stack {
		return &LimitError{"frames in one location", inlined, c.limits.Stack}
	}
	return err
}

func (c *census) check() error {
	l := &c.limits
	if c.samples <= l.Samples && c.labels <= l.Labels && c.locations <= l.Locations && c.lines <= l.Lines &&
		c.functions <= l.Functions && c.mappings <= l.Mappings && c.strings <= l.Strings && c.heap <= l.ParseHeap {
		return nil // a million times for each time below
	}
	for _, q := range [...]LimitError{
		{"samples", c.samples, l.Samples},
		{"labels", c.labels, l.Labels},
		{"locations", c.locations, l.Locations},
		{"lines", c.lines, l.Lines},
		{"functions", c.functions, l.Functions},
		{"mappings", c.mappings, l.Mappings},
		{"strings", c.strings, l.Strings},
		{"bytes of memory to parse it", c.heap, l.ParseHeap},
	} {
		if q.Found > q.Limit {
			return &LimitError{q.What, q.Found, q.Limit}
		}
	}
	return nil
}

// numbers counts the values of a repeated integer and what they cost.
func numbers(kind uint64, packed []byte) (n, cost int64) {
	if kind != lengthPrefixed {
		return 1, costNumber
	}
	for _, b := range packed {
		if b < 0x80 {
			n++
		}
	}
	return n, n * costPacked
}

// eachField calls f with each field of a protobuf message; msg is empty unless
// the field is length-prefixed.
func eachField(data []byte, f func(field int, kind uint64, msg []byte) error) error {
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return errWire
		}
		data = data[n:]
		kind, size, skip := tag&7, uint64(0), 0
		switch kind {
		case 0:
			if _, skip = binary.Uvarint(data); skip <= 0 {
				return errWire
			}
		case 1:
			size = 8
		case lengthPrefixed:
			if size, skip = binary.Uvarint(data); skip <= 0 {
				return errWire
			}
		case 5:
			size = 4
		default:
			return errWire
		}
		data = data[skip:]
		if size > uint64(len(data)) {
			return errWire
		}
		msg := data[:size]
		data = data[size:]
		if err := f(int(tag>>3), kind, msg); err != nil {
			return err
		}
	}
	return nil
}

package web

import (
	"fmt"
	"strconv"
	"strings"

	"rsc.io/qr"

	"github.com/leakline/leakline/templates"
)

// quietModules of light around a QR code let cameras find it.
const quietModules = 4

// newInvite draws the room's link as a QR code; nil without one.
func newInvite(link string) (*templates.Invite, error) {
	if link == "" {
		return nil, nil
	}
	code, err := qr.Encode(link, qr.L)
	if err != nil {
		return nil, fmt.Errorf("making the QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
			}
			x += run
		}
	}
	return &templates.Invite{Link: link, Code: path.String(), Size: strconv.Itoa(code.Size + 2*quietModules)}, nil
}

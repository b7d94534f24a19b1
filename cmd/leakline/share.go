package main

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"rsc.io/qr"
)

// A shareListener is the room's way in: viewers only, over the room's network.
type shareListener struct {
	net.Listener
	addresses []string // host:port pairs under which the room reaches it
}

// listenShare opens --share. Without a host, or with 0.0.0.0, it listens on
// every address of this machine.
func listenShare(address string) (*shareListener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("--share %q: want host:port or :port, such as :7080", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--share: %w", err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := &shareListener{Listener: l}
	if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) {
		s.addresses = []string{net.JoinHostPort(host, port)}
		return s, nil
	}
	ips, err := ownAddresses()
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("--share: %w", err)
	}
	for _, ip := range ips {
		s.addresses = append(s.addresses, net.JoinHostPort(ip.String(), port))
	}
	return s, nil
}

// ownAddresses lists this machine's addresses, those a room can reach first.
func ownAddresses() ([]net.IP, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("listing this machine's addresses: %w", err)
	}
	var reachable, others []net.IP
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLinkLocalUnicast():
		case n.IP.To4() != nil && !n.IP.IsLoopback():
			reachable = append(reachable, n.IP)
		default:
			others = append(others, n.IP)
		}
	}
	return append(reachable, others...), nil
}

// link is the room's link, with the viewers' token.
func (s *shareListener) link(token string) string {
	return (&url.URL{Scheme: "http", Host: s.addresses[0], Path: "/", RawQuery: url.Values{"token": {token}}.Encode()}).String()
}

// printQR writes a QR code in half blocks, two rows a line, dark on light so
// that phones read it on dark terminals too.
func printQR(w io.Writer, text string) error {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return fmt.Errorf("making the QR code: %w", err)
	}
	const quiet = 2 // modules of light around the code
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		b.WriteString("  ")
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString(halfBlock(!code.Black(x, y), !code.Black(x, y+1)))
		}
		b.WriteByte('\n')
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// halfBlock draws two modules above each other, light ones as ink.
func halfBlock(top, bottom bool) string {
	switch {
	case top && bottom:
		return "█"
	case top:
		return "▀"
	case bottom:
		return "▄"
	}
	return " "
}

package target

import (
	"fmt"
	"net/netip"
	"strings"
)

// Loopback are the hosts of this machine alone, as ParseAuthHosts takes them.
const Loopback = "localhost,127.0.0.0/8,::1"

// AuthHosts are the hosts that may be told a secret though somebody else has
// named them. The zero value is none.
type AuthHosts struct {
	names    map[string]bool
	suffixes []string // with their dot
	nets     []netip.Prefix
}

// ParseAuthHosts reads host names, *.suffixes, addresses and CIDRs with commas
// between them.
func ParseAuthHosts(list string) (AuthHosts, error) {
	h := AuthHosts{names: make(map[string]bool)}
	for entry := range strings.SplitSeq(list, ",") {
		if entry = strings.ToLower(strings.TrimSpace(entry)); entry == "" {
			continue
		}
		if ip, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil && ip.Zone() == "" {
			ip = ip.Unmap()
			h.nets = append(h.nets, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		if net, err := netip.ParsePrefix(entry); err == nil && !net.Addr().Is4In6() {
			h.nets = append(h.nets, net)
			continue
		}
		name, below := strings.CutPrefix(entry, "*.")
		if !isHostName(name) {
			return AuthHosts{}, fmt.Errorf("%q: want a host name, *.suffix, an address or a CIDR, without scheme and port", entry)
		}
		if below {
			h.suffixes = append(h.suffixes, "."+name)
		} else {
			h.names[name] = true
		}
	}
	return h, nil
}

// isHostName keeps out what looks like a pattern or a URL, which would never
// match, and numbers, which some resolvers take for addresses.
func isHostName(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_' {
			return false
		}
	}
	return strings.Trim(name, "0123456789.") != "" && !strings.HasPrefix(name, ".")
}

// Allow reports whether the host of a URL, as StrangerConfig takes it, is among
// them. A name is compared as it is written and never looked up: what it is
// looked up to may be another thing a moment later.
func (h AuthHosts) Allow(where string) bool {
	base, socket, err := parseStranger(where)
	if err != nil || socket != "" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(base.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.WithZone("").Unmap()
		for _, net := range h.nets {
			if net.Contains(ip) {
				return true
			}
		}
		return false
	}
	for _, suffix := range h.suffixes {
		if strings.HasSuffix(host, suffix) && host != suffix {
			return true
		}
	}
	return h.names[host]
}

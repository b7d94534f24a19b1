package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dnsEvery is how long an answer of the resolver is believed.
const dnsEvery = 30 * time.Second

// A resolver is the part of net.Resolver that is needed.
type resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
}

// A DNS is a source of all addresses of a name.
type DNS struct {
	host string
	port string // empty for a service record, which tells it

	resolver resolver
	now      func() time.Time
	said     []Service
	at       time.Time
}

// ParseDNS returns the source that dns+host:port (every address of the host) or
// dnssrv+_service._tcp.name (service records) names; ok is false where neither
// does.
func ParseDNS(name string) (d *DNS, ok bool, err error) {
	d = &DNS{resolver: net.DefaultResolver, now: time.Now}
	if srv, is := strings.CutPrefix(name, "dnssrv+"); is {
		if d.host = srv; !strings.HasPrefix(srv, "_") || strings.Count(srv, ".") < 2 || strings.ContainsAny(srv, ":/@") {
			return nil, true, fmt.Errorf("%q: want dnssrv+_service._tcp.name", name)
		}
		return d, true, nil
	}
	address, is := strings.CutPrefix(name, "dns+")
	if !is {
		return nil, false, nil
	}
	if err := checkTarget(address); err != nil {
		return nil, true, fmt.Errorf("%q: want dns+host:port", name)
	}
	d.host, d.port, _ = net.SplitHostPort(address)
	if n, err := strconv.ParseUint(d.port, 10, 16); err != nil || n == 0 {
		return nil, true, fmt.Errorf("%q: the port is a number from 1 to 65535", name)
	}
	return d, true, nil
}

// Name implements Source.
func (d *DNS) Name() string {
	if d.port == "" {
		return "DNS service records of " + d.host
	}
	return "DNS " + net.JoinHostPort(d.host, d.port)
}

// Look implements Source. It asks at most every half a minute.
func (d *DNS) Look(ctx context.Context) ([]Service, error) {
	if !d.at.IsZero() && d.now().Sub(d.at) < dnsEvery {
		return d.said, nil
	}
	addresses, err := d.ask(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(addresses) // resolvers turn the order round
	addresses = slices.Compact(addresses)
	services := make([]Service, len(addresses))
	for i, a := range addresses {
		// Naming a host names what it is looked up to, as http://host:port does;
		// a service record names hosts and ports that nobody else has.
		services[i] = Service{URL: "http://" + a, Labels: map[string]string{"dns": d.host}, Named: d.port != ""}
	}
	d.said, d.at = services, d.now()
	return services, nil
}

// ask returns host:port pairs.
func (d *DNS) ask(ctx context.Context) (addresses []string, err error) {
	if d.port == "" {
		_, records, err := d.resolver.LookupSRV(ctx, "", "", d.host)
		if err != nil {
			return nil, withoutServer(err)
		}
		for _, r := range records {
			host := strings.TrimSuffix(r.Target, ".")
			addresses = append(addresses, net.JoinHostPort(host, strconv.Itoa(int(r.Port))))
		}
		return addresses, nil
	}
	ips, err := d.resolver.LookupNetIP(ctx, "ip", d.host)
	if err != nil {
		return nil, withoutServer(err)
	}
	for _, ip := range ips {
		addresses = append(addresses, net.JoinHostPort(ip.Unmap().String(), d.port))
	}
	return addresses, nil
}

// withoutServer leaves out which server was asked: it is the system's, and
// nobody's business on a page.
func withoutServer(err error) error {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return fmt.Errorf("looking up %s: %s", dns.Name, dns.Err)
	}
	return err
}

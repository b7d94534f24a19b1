// Package redisurl reads where Redis is: one server, or a cluster by some of its
// addresses. Its errors never show the password.
package redisurl

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Parse reads host:port, or a redis://, rediss:// or unix:// URL as go-redis
// reads it. Several host:port with commas between them, or one and the query
// cluster=true, are a Redis Cluster.
func Parse(where string) (*redis.UniversalOptions, error) {
	if !strings.Contains(where, "://") {
		where = "redis://" + where
	}
	first, others := splitHosts(where)
	for _, host := range others {
		if _, _, err := net.SplitHostPort(host); err != nil {
			return nil, fmt.Errorf("reading the address of Redis: %q is not host:port", host)
		}
	}
	u, err := url.Parse(first)
	if err != nil {
		return nil, refused(err)
	}
	query := u.Query()
	cluster := len(others) > 0
	if given := query.Get("cluster"); given != "" {
		if given != "true" {
			return nil, fmt.Errorf("reading the address of Redis: cluster=%s: want cluster=true", given)
		}
		cluster = true
		query.Del("cluster")
		u.RawQuery = query.Encode()
	}
	one, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, refused(err)
	}
	if cluster && one.DB != 0 {
		return nil, fmt.Errorf("reading the address of Redis: a cluster has no database %d", one.DB)
	}
	if cluster && one.TLSConfig != nil {
		one.TLSConfig.ServerName = "" // each node's own
	}
	return &redis.UniversalOptions{
		Addrs: append([]string{one.Addr}, others...), IsClusterMode: cluster,
		Username: one.Username, Password: one.Password, DB: one.DB, TLSConfig: one.TLSConfig,
		ClientName: one.ClientName, Protocol: one.Protocol,
	}, nil
}

// splitHosts takes all hosts but the first out of the URL: net/url knows no
// list of them.
func splitHosts(where string) (first string, others []string) {
	scheme, rest, _ := strings.Cut(where, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	user, hosts := "", rest[:end]
	if at := strings.LastIndexByte(hosts, '@'); at >= 0 {
		user, hosts = hosts[:at+1], hosts[at+1:]
	}
	list := strings.Split(hosts, ",")
	return scheme + "://" + user + list[0] + rest[end:], list[1:]
}

// refused leaves out what url.Error quotes: the URL, and with it the password.
func refused(err error) error {
	var whole *url.Error
	if errors.As(err, &whole) {
		err = whole.Err
	}
	return fmt.Errorf("reading the address of Redis: %w", err)
}

// OnLoopback reports whether what opts name is asked on this host alone, as far
// as the addresses say.
func OnLoopback(opts *redis.UniversalOptions) bool {
	for _, addr := range opts.Addrs {
		host, _, err := net.SplitHostPort(addr)
		socket := strings.HasPrefix(addr, "/")
		if !socket && (err != nil || host != "localhost" && !net.ParseIP(host).IsLoopback()) {
			return false
		}
	}
	return true
}

// NewClient returns a client of what opts name. A cluster's is told of a
// failover by nobody once the old master is silent, so it looks every second
// instead of every minute.
func NewClient(opts *redis.UniversalOptions) redis.UniversalClient {
	if !opts.IsClusterMode {
		return redis.NewClient(opts.Simple())
	}
	cluster := opts.Cluster()
	cluster.ClusterStateReloadInterval = time.Second
	return redis.NewClusterClient(cluster)
}

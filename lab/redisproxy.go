package lab

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// How Redis appears to the checker.
const (
	RedisUp     = "up"     // it answers
	RedisFrozen = "frozen" // it takes connections and questions and answers none
	RedisDown   = "down"   // nobody listens
)

// chunksHeld bounds what one connection holds back before its client is held
// back too, as a server that does not read would.
const chunksHeld = 16

// A redisProxy stands between the checker and Redis and can make it slow,
// frozen or gone, whatever Redis it is. Only questions are held back; answers
// pass through the kernel where it can pass them.
type redisProxy struct {
	addr, server string // host:port, ours and Redis'

	mu       sync.Mutex
	listener net.Listener // nil while down
	conns    map[net.Conn]struct{}
	latency  time.Duration
	frozen   bool
	changed  chan struct{} // closed at each change

	parts sync.WaitGroup
}

// newRedisProxy listens on the loopback interface for a Redis at server.
func newRedisProxy(server string) (*redisProxy, error) {
	p := &redisProxy{
		addr: "127.0.0.1:0", server: server,
		conns: make(map[net.Conn]struct{}), changed: make(chan struct{}),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.listenLocked(); err != nil {
		return nil, err
	}
	return p, nil
}

// set changes how Redis appears. It fails only where a Redis that was down
// cannot come back, because somebody took its port; then it stays down.
func (p *redisProxy) set(appears string, latency time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if appears == RedisDown {
		p.downLocked()
	} else if err := p.listenLocked(); err != nil {
		return err
	}
	p.frozen, p.latency = appears == RedisFrozen, latency
	close(p.changed)
	p.changed = make(chan struct{})
	return nil
}

// close ends every connection and waits for all that served them.
func (p *redisProxy) close() {
	p.mu.Lock()
	p.downLocked()
	p.mu.Unlock()
	p.parts.Wait()
}

func (p *redisProxy) listenLocked() error {
	if p.listener != nil {
		return nil
	}
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		return fmt.Errorf("listening before Redis: %w", err)
	}
	p.listener, p.addr = l, l.Addr().String()
	p.parts.Go(func() { p.accept(l) })
	return nil
}

func (p *redisProxy) downLocked() {
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	for c := range p.conns {
		c.Close()
	}
}

func (p *redisProxy) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of file descriptors, say
			time.Sleep(10 * time.Millisecond)
		default:
			p.parts.Go(func() { p.serve(l, client) })
		}
	}
}

// serve joins a client to a connection of its own, until either end closes.
func (p *redisProxy) serve(l net.Listener, client net.Conn) {
	defer client.Close()
	server, err := net.DialTimeout("tcp", p.server, time.Second)
	if err != nil {
		return
	}
	defer server.Close()
	if !p.admit(l, client, server) {
		return
	}
	defer p.forget(client, server)
	ended := make(chan struct{})
	p.parts.Go(func() {
		defer close(ended)
		io.Copy(client, server)
		client.Close()
	})
	p.hold(client, server, ended)
	server.Close()
	<-ended
}

// admit counts the connections in, unless l went down meanwhile.
func (p *redisProxy) admit(l net.Listener, conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.listener == l {
			p.conns[c] = struct{}{}
		}
	}
	return p.listener == l
}

func (p *redisProxy) forget(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.conns, c)
	}
}

// A chunk is part of a question, and when it came.
type chunk struct {
	at    time.Time
	bytes []byte
}

// hold passes questions on, each as late as the proxy says when it is due.
func (p *redisProxy) hold(client, server net.Conn, ended <-chan struct{}) {
	line := make(chan chunk, chunksHeld)
	p.parts.Go(func() {
		defer close(line)
		buf := make([]byte, 16<<10)
		for {
			n, err := client.Read(buf)
			if err != nil {
				return
			}
			select {
			case line <- chunk{time.Now(), append([]byte(nil), buf[:n]...)}:
			case <-ended:
				return
			}
		}
	})
	for c := range line {
		if !p.due(c.at, ended) {
			return
		}
		if _, err := server.Write(c.bytes); err != nil {
			return
		}
	}
}

// due waits until what came at an instant may pass; false when its connection
// has ended.
func (p *redisProxy) due(at time.Time, ended <-chan struct{}) bool {
	for {
		p.mu.Lock()
		frozen, latency, changed := p.frozen, p.latency, p.changed
		p.mu.Unlock()
		left := time.Until(at.Add(latency))
		if !frozen && left <= 0 {
			return true
		}
		var passed <-chan time.Time // never, while frozen
		if !frozen {
			passed = time.After(left)
		}
		select {
		case <-passed:
		case <-changed:
		case <-ended:
			return false
		}
	}
}

package web

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// How many connections are held besides those upgraded, which the hubs bound.
// Each browser may open six.
const (
	maxConnections = 12_000
	maxStrangers   = 256 // of them, that have shown no token yet
)

// A crowd bounds the connections of a server. Whoever connects is a stranger
// until a request of its connection shows a token. One stranger too many costs
// the one that has been it for longest its place, so that whoever opens
// connections and says nothing shuts out nobody who has something to say.
type crowd struct {
	mu        sync.Mutex
	all       map[net.Conn]*list.Element // nil for who is known
	strangers *list.List                 // of net.Conn, in the order they came
	turnedOut uint64
}

func newCrowd() *crowd {
	return &crowd{all: make(map[net.Conn]*list.Element), strangers: list.New()}
}

type connKey struct{}

// enter is the server's ConnContext.
func (c *crowd) enter(ctx context.Context, conn net.Conn) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= maxConnections {
		c.turnedOut++
		conn.Close()
		return ctx
	}
	c.all[conn] = c.strangers.PushBack(conn)
	if c.strangers.Len() > maxStrangers {
		oldest := c.strangers.Remove(c.strangers.Front()).(net.Conn)
		delete(c.all, oldest)
		c.turnedOut++
		oldest.Close()
	}
	return context.WithValue(ctx, connKey{}, conn)
}

// leave is the server's ConnState.
func (c *crowd) leave(conn net.Conn, state http.ConnState) {
	if state != http.StateClosed && state != http.StateHijacked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if stranger := c.all[conn]; stranger != nil {
		c.strangers.Remove(stranger)
	}
	delete(c.all, conn)
}

// know notes that the connection of a request's context has shown a token.
func (c *crowd) know(ctx context.Context) {
	conn, ok := ctx.Value(connKey{}).(net.Conn)
	if !ok {
		return // not served by Serve
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if stranger := c.all[conn]; stranger != nil {
		c.strangers.Remove(stranger)
		c.all[conn] = nil
	}
}

// A crowding is how many connections there are.
type crowding struct {
	connections, strangers int
	turnedOut              uint64
}

func (c *crowd) usage() crowding {
	c.mu.Lock()
	defer c.mu.Unlock()
	return crowding{len(c.all), c.strangers.Len(), c.turnedOut}
}

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

func init() {
	register(
		patient{"early-return", "a send nobody waits for any more", strands, []string{"main.lookUp.func1"}, earlyReturn},
		patient{"nil-channel", "a receive from a channel that is never made", strands, []string{"main.await"}, nilChannel},
		patient{"lost-lock", "an error path that forgets to unlock", strands, []string{"main.(*account).debit"}, lostLock},
		patient{"wait-group", "a Done too few", strands, []string{"main.fanOut"}, waitGroup},
		patient{"context-wait", "waits for a context nobody cancels", strands, []string{"main.followUp"}, contextWait},
		patient{"range-open", "a range over a channel that is never closed", strands, []string{"main.consume"}, rangeOpen},
		patient{"unread-bodies", "responses that are never closed", strands, nil, unreadBodies},
		patient{"unclosed-rows", "rows that are never closed, until no connection is left", []string{"goroutine-leak", "backlog"}, nil, unclosedRows},
		patient{"slow-database", "a query takes longer and longer", piles, []string{"main.query"}, slowDatabase},
		patient{"lock-convoy", "more work for one lock than it can take", piles, []string{"main.(*ledger).post"}, lockConvoy},
	)
}

func lookUp(ctx context.Context) int {
	answer := make(chan int)
	go func() { answer <- parseSlowly() }()
	select {
	case v := <-answer:
		return v
	case <-ctx.Done():
		return 0
	}
}

func parseSlowly() int {
	time.Sleep(5 * time.Millisecond)
	return 1
}

func earlyReturn(p pace) {
	work(p)
	given, cancel := context.WithCancel(context.Background())
	cancel()
	p.every(4, func(int) { lookUp(given) })
}

func await(c chan int) { <-c }

func nilChannel(p pace) {
	work(p)
	p.every(4, func(int) { go await(nil) })
}

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) debit(n int) {
	a.mu.Lock()
	if n > a.balance {
		return // locked
	}
	a.balance -= n
	a.mu.Unlock()
}

func lostLock(p pace) {
	work(p)
	p.every(1, func(i int) {
		a := &account{}
		for range 4 {
			go a.debit(1)
		}
	})
}

func fanOut() {
	var wg sync.WaitGroup
	wg.Add(2)
	go wg.Done()
	wg.Wait()
}

func waitGroup(p pace) {
	work(p)
	p.every(4, func(int) { go fanOut() })
}

func followUp(ctx context.Context) { <-ctx.Done() }

func contextWait(p pace) {
	work(p)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.every(4, func(int) { go followUp(ctx) })
}

func consume(c <-chan int) {
	for v := range c {
		sink = v
	}
}

func rangeOpen(p pace) {
	work(p)
	p.every(4, func(int) {
		c := make(chan int, 1)
		go consume(c)
		c <- 1
	})
}

func unreadBodies(p pace) {
	work(p)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, document)
		w.(http.Flusher).Flush()
		time.Sleep(10 * time.Millisecond)
		io.WriteString(w, document)
	}))
	p.every(4, func(int) { fetch(server.URL) })
}

func fetch(url string) {
	resp, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	sink = resp.StatusCode
}

// fakeDriver answers every query with one row.
type fakeDriver struct{}

func (fakeDriver) Open(string) (driver.Conn, error) { return fakeConn{}, nil }

type fakeConn struct{}

func (fakeConn) Prepare(string) (driver.Stmt, error) { return fakeStmt{}, nil }
func (fakeConn) Close() error                        { return nil }
func (fakeConn) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }

type fakeStmt struct{}

func (fakeStmt) Close() error                               { return nil }
func (fakeStmt) NumInput() int                              { return -1 }
func (fakeStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.ErrUnsupported }
func (fakeStmt) Query([]driver.Value) (driver.Rows, error)  { return fakeRows{}, nil }

type fakeRows struct{}

func (fakeRows) Columns() []string         { return []string{"id"} }
func (fakeRows) Close() error              { return nil }
func (fakeRows) Next([]driver.Value) error { return io.EOF }

func unclosedRows(p pace) {
	work(p)
	sql.Register("fake", fakeDriver{})
	db, err := sql.Open("fake", "")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(20)
	p.every(6, func(i int) { go list(db) })
}

func list(db *sql.DB) {
	rows, err := db.QueryContext(context.Background(), "SELECT id")
	if err != nil {
		log.Fatal(err)
	}
	sink = rows
}

// query takes as long as the database needs, which is more every second.
func query(p pace) {
	parse()
	time.Sleep(p.seconds(0.05 + p.now()*0.6))
}

func slowDatabase(p pace) {
	work(p)
	p.every(20, func(int) { go query(p) })
}

type ledger struct{ mu sync.Mutex }

func (l *ledger) post(p pace) {
	l.mu.Lock()
	defer l.mu.Unlock()
	time.Sleep(p.seconds(0.06))
}

func lockConvoy(p pace) {
	work(p)
	l := &ledger{}
	p.every(30, func(int) { go l.post(p) })
}

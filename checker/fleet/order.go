package fleet

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"
)

// keepOrders is about how many orders a stream keeps. A checker that missed
// more begins with the oldest one left.
const keepOrders = 1000

// maxRaces bounds how often an order is given again because others were faster.
const maxRaces = 100

// An Order makes every checker of a fleet decide by a strategy. The zero Order
// is none.
type Order struct {
	Generation uint64    `json:"generation"`
	Strategy   string    `json:"strategy"`
	By         string    `json:"by"` // who gave it, for people
	At         time.Time `json:"at"` // when, by that one's clock
}

// same reports whether o and p are one order: a stream that was lost may give a
// generation a second time.
func (o Order) same(p Order) bool {
	return o.Generation == p.Generation && o.Strategy == p.Strategy && o.By == p.By && o.At.Equal(p.At)
}

// Latest returns the order that holds now, the zero Order before the first.
func (f *Fleet) Latest(ctx context.Context) (Order, error) { return f.latest(ctx, f.rdb) }

func (f *Fleet) latest(ctx context.Context, rdb redis.Cmdable) (Order, error) {
	top, err := rdb.XRevRangeN(ctx, f.keys.orders, "+", "-", 1).Result()
	if err != nil {
		return Order{}, fmt.Errorf("reading the latest order of fleet %s: %w", f.name, err)
	}
	if len(top) == 0 {
		return Order{}, nil
	}
	o := orderOf(top[0])
	f.note(o.Generation)
	return o, nil
}

// Order has every checker decide by strategy from now on, and returns the order
// as it stands. After an error it may stand all the same: Latest says so.
// Whether the checkers know such a strategy is theirs to say, see Member.
func (f *Fleet) Order(ctx context.Context, strategy, by string) (Order, error) {
	if err := checkText("strategy", strategy, 64); err != nil {
		return Order{}, err
	}
	if err := checkText("by", by, 128); err != nil {
		return Order{}, err
	}
	for range maxRaces {
		top, err := f.latest(ctx, f.rdb)
		if err != nil {
			return Order{}, err
		}
		last := max(top.Generation, f.seen.Load())
		if last == math.MaxUint64 {
			return Order{}, fmt.Errorf("ordering %s: the stream of fleet %s has no generation left", strategy, f.name)
		}
		o := Order{Generation: last + 1, Strategy: strategy, By: by, At: time.Now().UTC().Truncate(time.Millisecond)}
		err = f.add(ctx, f.rdb, o)
		if err == nil {
			f.note(o.Generation)
			return o, nil
		}
		if !errors.Is(err, errOutrun) {
			return Order{}, fmt.Errorf("ordering %s for fleet %s: %w", strategy, f.name, err)
		}
	}
	return Order{}, fmt.Errorf("ordering %s for fleet %s: others were faster %d times", strategy, f.name, maxRaces)
}

// errOutrun reports that the stream has gone on meanwhile.
var errOutrun = errors.New("another order has been given")

// add writes o under its own generation, or returns errOutrun.
func (f *Fleet) add(ctx context.Context, rdb redis.Cmdable, o Order) error {
	err := rdb.XAdd(ctx, &redis.XAddArgs{
		Stream: f.keys.orders, MaxLen: keepOrders, Approx: true, ID: strconv.FormatUint(o.Generation, 10) + "-0",
		Values: []any{"strategy", o.Strategy, "by", o.By, "at", o.At.UnixMilli()},
	}).Err()
	if err != nil && strings.Contains(err.Error(), "equal or smaller") {
		return errOutrun
	}
	return err
}

// after returns the orders beyond a generation, and none when there is none
// within the time.
func (f *Fleet) after(ctx context.Context, rdb redis.Cmdable, generation uint64, within time.Duration) ([]Order, error) {
	streams, err := rdb.XRead(ctx, &redis.XReadArgs{
		// Whatever else goes by that generation has been passed too.
		Streams: []string{f.keys.orders, strconv.FormatUint(generation, 10) + "-" + strconv.FormatUint(math.MaxUint64, 10)},
		Count:   keepOrders, Block: within,
	}).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("waiting for orders of fleet %s: %w", f.name, err)
	}
	var orders []Order
	for _, s := range streams {
		for _, m := range s.Messages {
			orders = append(orders, orderOf(m))
		}
	}
	return orders, nil
}

// orderOf reads an entry. One that is not an order has no strategy: it holds its
// place, and nobody can apply it.
func orderOf(m redis.XMessage) Order {
	generation, _, _ := strings.Cut(m.ID, "-")
	var o Order
	o.Generation, _ = strconv.ParseUint(generation, 10, 64) // Redis makes no other ids
	text := func(name string, longest int) string {
		s, _ := m.Values[name].(string)
		if checkText(name, s, longest) != nil {
			return ""
		}
		return s
	}
	o.Strategy, o.By = text("strategy", 64), text("by", 128)
	if ms, err := strconv.ParseInt(text("at", 20), 10, 64); err == nil {
		o.At = time.UnixMilli(ms).UTC()
	}
	return o
}

// checkText refuses what could not be shown to people.
func checkText(what, s string, longest int) error {
	switch {
	case s == "":
		return fmt.Errorf("%s is empty", what)
	case len(s) > longest:
		return fmt.Errorf("%s is longer than %d bytes", what, longest)
	}
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return fmt.Errorf("%s holds a character that cannot be printed", what)
		}
	}
	return nil
}

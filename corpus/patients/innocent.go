package main

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"
)

func init() {
	register(
		patient{"set-per-request", "a new Set for each request", sound, nil, setPerRequest},
		patient{"json-churn", "parses and forgets", sound, nil, work2},
		patient{"warming-cache", "a bounded cache that fills in a third of the time", filled, nil, warmingCache},
		patient{"lazy-gc", "GOGC 800, so the heap swings widely", sound, nil, lazyGC},
		patient{"table-at-start", "a large table, loaded before anybody looks", sound, nil, tableAtStart},
		patient{"table-later", "a large table, loaded once and later", filled, nil, tableLater},
		patient{"traffic-waves", "live memory follows the traffic", sound, nil, func(p pace) { work(p); waves(p) }},
		patient{"traffic-ramp", "ever more traffic, each request as large as ever", sound, nil, ramp},
		patient{"pooled-buffers", "buffers that come back", sound, nil, pooled},
		patient{"filled-and-cleared", "a map that is emptied every few seconds", filled, nil, cleared},
		patient{"ring", "the last few thousand of everything", filled, nil, ring},
		patient{"two-generations", "caches that fill, and are then swapped", filled, nil, generations},
		patient{"time-after", "time.After of an hour in a loop", filled, nil, timeAfter},
		patient{"worker-pool", "hires up to fifty workers and keeps them", filled, nil, workerPool},
		patient{"burst-then-idle", "much for a moment, then little", filled, nil, burst},
	)
}

func setPerRequest(p pace) {
	list, _ := json.Marshal(make([]string, 2000))
	p.every(40, func(int) {
		var ids []string
		json.Unmarshal(list, &ids)
		set := make(map[string]bool)
		for i := range ids {
			set[fmt.Sprint(i)] = true
		}
		sink = set
	})
}

func work2(p pace) {
	work(p)
	work(p)
	select {}
}

func warmingCache(p pace) {
	work(p)
	const entries = 12_000
	cache := make(map[int]*[1024]byte)
	p.every(800, func(i int) {
		key := i % entries
		if cache[key] == nil {
			cache[key] = new([1024]byte)
		}
	})
}

func lazyGC(p pace) {
	debug.SetGCPercent(800)
	loadTable(20 << 20)
	work2(p)
}

var table [][]byte

func loadTable(size int) {
	for range size / 4096 {
		table = append(table, make([]byte, 4096))
	}
}

func tableAtStart(p pace) {
	loadTable(80 << 20)
	work2(p)
}

func tableLater(p pace) {
	go work2(p)
	time.Sleep(p.seconds(18))
	loadTable(60 << 20)
	select {}
}

// A held request keeps some memory for a second of the story.
func held(p pace, size int) {
	b := make([]byte, size)
	time.Sleep(p.seconds(1))
	sink = len(b)
}

func waves(p pace) {
	p.every(50, func(i int) {
		for range int(4 * (1 + math.Sin(p.now()/2.5))) {
			go held(p, 32<<10)
		}
	})
}

func ramp(p pace) {
	work(p)
	p.every(20, func(i int) {
		for range 1 + int(p.now()/6) {
			go held(p, 32<<10)
		}
	})
}

func pooled(p pace) {
	work(p)
	pool := sync.Pool{New: func() any { return make([]byte, 256<<10) }}
	p.every(200, func(int) {
		b := pool.Get().([]byte)
		b[0]++
		pool.Put(b) //nolint:staticcheck // a slice header is what it is about
	})
}

func cleared(p pace) {
	work(p)
	m := make(map[int]*[1024]byte)
	p.every(1500, func(i int) {
		m[i] = new([1024]byte)
		if len(m) >= 9000 {
			clear(m)
		}
	})
}

func ring(p pace) {
	work(p)
	last := make([]*[2048]byte, 3000)
	p.every(800, func(i int) { last[i%len(last)] = new([2048]byte) })
}

func generations(p pace) {
	work(p)
	young, old := make(map[int]*[1024]byte), make(map[int]*[1024]byte)
	p.every(1500, func(i int) {
		young[i] = new([1024]byte)
		if len(young) >= 6000 {
			young, old = make(map[int]*[1024]byte), young
		}
	})
	sink = old
}

func timeAfter(p pace) {
	work(p)
	events := make(chan int, 1)
	p.every(2000, func(i int) {
		events <- i
		select {
		case <-events:
		case <-time.After(time.Hour):
		}
	})
}

func workerPool(p pace) {
	work(p)
	jobs := make(chan int)
	go p.every(4, func(i int) {
		if i < 50 {
			go func() {
				for range jobs {
					parse()
				}
			}()
		}
	})
	p.every(20, func(i int) {
		select {
		case jobs <- i:
		default:
		}
	})
}

func burst(p pace) {
	loadTable(200 << 20)
	table = nil
	work2(p)
}

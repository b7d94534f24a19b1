// Command patients is a collection of small services: some leak, some only look
// as if they did. Each serves net/http/pprof and nothing else, at the runtime's
// own sampling rate, and makes its own traffic.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"slices"
	"time"
)

// A patient is one service and what is right to say of it.
type patient struct {
	Name    string   `json:"name"`
	Note    string   `json:"note"`
	Words   []string `json:"words"`   // verdicts that are right
	Suspect []string `json:"suspect"` // functions that may come first; none when any may
	run     func(p pace)
}

// A pace says how much faster than at 1 everything goes, so that a story of 45 s
// fits in less.
type pace float64

// every calls work n times a second at pace 1, without end.
func (p pace) every(n float64, work func(i int)) {
	tick := time.NewTicker(10 * time.Millisecond)
	began, done := time.Now(), 0
	for range tick.C {
		for due := int(time.Since(began).Seconds() * n * float64(p)); done < due; done++ {
			work(done)
		}
	}
}

// seconds returns how long so many seconds of the story take.
func (p pace) seconds(n float64) time.Duration {
	return time.Duration(n / float64(p) * float64(time.Second))
}

// now returns the second of the story.
func (p pace) now() float64 { return time.Since(began).Seconds() * float64(p) }

var began = time.Now()

var patients = make(map[string]patient)

func register(all ...patient) {
	for _, p := range all {
		patients[p.Name] = p
	}
}

func main() {
	name := flag.String("case", "", "which patient")
	speed := flag.Float64("pace", 1, "how much faster the story goes")
	list := flag.Bool("list", false, "print all patients as JSON")
	flag.Parse()
	if *list {
		all := slices.SortedFunc(maps.Values(patients), func(a, b patient) int { return cmp(a.Name, b.Name) })
		if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
			log.Fatal(err)
		}
		return
	}
	p, ok := patients[*name]
	if !ok {
		log.Fatalf("there is no patient %q", *name)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("http://" + l.Addr().String())
	go p.run(pace(*speed))
	log.Fatal(http.Serve(l, nil))
}

func cmp(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

var sink any // keeps the compiler from seeing that something is not used

// work makes garbage as a busy service does: some 20 MB a second.
func work(p pace) { go p.every(500, func(i int) { parse() }) }

func parse() {
	var v map[string]any
	if err := json.Unmarshal([]byte(document), &v); err != nil {
		log.Fatal(err)
	}
	sink = make([]byte, 32<<10)
}

const document = `{"id":"8c1f","lines":[{"sku":"a-1","n":3},{"sku":"b-2","n":1}],"address":{"city":"Ghent","zip":"9000"}}`

var (
	leak    = []string{"leak"}
	strands = []string{"goroutine-leak"}
	piles   = []string{"backlog"}
	sound   = []string{"churn", "healthy"}
	filled  = []string{"churn", "healthy", "warming", "step"}
)

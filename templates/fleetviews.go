package templates

import "github.com/a-h/templ"

// FleetView is the page of many processes.
type FleetView struct {
	Page     Page
	Aside    string // how it is kept current
	Tone     string // of Lead
	Lead     string // what is wrong, in one sentence
	Empty    string // why there is no process
	Sites    []FleetSite
	Columns  []FleetColumn
	Rows     []FleetRow
	Builds   []FleetBuild
	Sources  []FleetSource
	Over     string // that more were found than are watched; "" when not
	Shard    string // which part of what is found this is; "" for all
	Checkers *FleetCheckers
}

// A FleetSite is a line that grows in several processes.
type FleetSite struct {
	Function, Where string
	On              string // "3 of 12"
	Grows, Holder   string
	Processes       []Link
	More            string // "and 9 more"
}

// A FleetColumn is one of the processes' table.
type FleetColumn struct {
	Text   string
	Number bool
	Href   string // sorts by it; "" does not
	Sorted bool
}

// A FleetRow is one process.
type FleetRow struct {
	ID, Href, Labels string
	Status           Status
	Word, Tone       string // of its verdict
	Summary          string
	Spark, SparkSays string // path in a box of 60 × 16; the same in words
	Floor, Slope     string
	PerRequest       string
	Restarts, Uptime string
	Build, Cost      string
	Note             string // what is odd about watching it; "" for nothing
}

// A FleetBuild is what the processes of one build have in common.
type FleetBuild struct {
	Build, Instances, Faults, Slope string
}

// A FleetSource is where processes are looked for.
type FleetSource struct {
	Name, Services, Says string
	Failed               bool
}

// FleetCheckers are the checkers that are switched together.
type FleetCheckers struct {
	Title, Says string
	Trouble     string // why this may be out of date; "" when it is not
	Strategies  []FleetStrategy
	Rows        []FleetMember
}

// A FleetStrategy can be switched to.
type FleetStrategy struct {
	Name    string
	Current bool
}

// A FleetMember is one of these checkers.
type FleetMember struct {
	ID, Name, Href       string
	Strategy, Generation string
	Word, Tone           string // "up to date", "behind", …
	Version, Seen        string
}

func sorted(is bool) templ.Attributes {
	if is {
		return templ.Attributes{"aria-sort": "descending"}
	}
	return nil
}

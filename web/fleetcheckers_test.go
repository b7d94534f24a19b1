package web

import (
	"testing"
	"time"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/web/api"
)

func TestBehindWordsLeaveNobodyOut(t *testing.T) {
	here, behind := api.Member{}, api.Member{Behind: true}
	silent := api.Member{Member: fleet.Member{Silent: time.Minute}, Behind: true}
	for _, tt := range []struct {
		all  []api.Member
		want string
	}{
		{[]api.Member{here, here}, "All 2 have applied it."},
		{[]api.Member{here, behind}, "1 of 2 have yet to apply it."},
		{[]api.Member{here, silent}, "1 of 2 not heard of: it may decide by another."},
		{[]api.Member{silent, silent}, "2 of 2 not heard of: they may decide by another."},
		{[]api.Member{here, behind, silent}, "1 of 3 have yet to apply it. 1 of 3 not heard of: it may decide by another."},
	} {
		if got := behindWords(&api.CheckersAnswer{Members: tt.all}); got != tt.want {
			t.Errorf("%d members: %q, want %q", len(tt.all), got, tt.want)
		}
	}
}

func TestMembersThatShareAnAddressAreTold(t *testing.T) {
	at := func(urls ...string) *api.CheckersAnswer {
		c := new(api.CheckersAnswer)
		for _, url := range urls {
			c.Members = append(c.Members, api.Member{Member: fleet.Member{URL: url}})
		}
		return c
	}
	for _, tt := range []struct {
		all  *api.CheckersAnswer
		want string
	}{
		{at("", "", "http://a", "http://b"), ""},
		{at("http://a", "http://a"), "2 members, 1 address: they are watched as one process. --advertise gives each its own."},
		{at("http://a", "http://a", "http://b"), "3 members, 2 addresses: those that share one are watched as one process. --advertise gives each its own."},
	} {
		if got := sharedWords(tt.all); got != tt.want {
			t.Errorf("%d members: %q, want %q", len(tt.all.Members), got, tt.want)
		}
	}
}

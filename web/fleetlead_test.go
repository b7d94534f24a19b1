package web

import (
	"testing"

	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
)

func TestFleetLeadSaysTheWorst(t *testing.T) {
	judged := func(w verdict.Word) api.Instance { return api.Instance{Status: target.Running, Verdict: &w} }
	leak, growing, churn := judged(verdict.Leak), judged(verdict.Growing), judged(verdict.Churn)
	unjudged, silent := api.Instance{Status: target.Running}, api.Instance{Status: target.Halted}
	since := int64(1)
	left := api.Instance{Status: target.BackingOff, GoneT: &since}
	line := verdict.CommonSite{Function: "example.com/shop/cart.(*Cart).Add", Instances: []string{"a"}}
	for _, tt := range []struct {
		all        []api.Instance
		sites      []verdict.CommonSite
		tone, text string
	}{
		{nil, nil, "", "No process is watched yet."},
		{[]api.Instance{unjudged, judged(verdict.Insufficient)}, nil, "", "Nothing has been judged yet; that takes half a minute."},
		{[]api.Instance{churn}, nil, "sound", "The process has no fault."},
		{[]api.Instance{churn, churn}, nil, "sound", "Both processes have no fault."},
		{[]api.Instance{churn, unjudged}, nil, "sound", "1 of 2 processes has no fault."},
		{[]api.Instance{growing}, nil, "watch", "The process grows."},
		{[]api.Instance{growing, churn}, []verdict.CommonSite{line}, "watch", "1 of 2 processes grows. cart.(*Cart).Add grows on 1 of 2."},
		{[]api.Instance{leak}, []verdict.CommonSite{line}, "fault", "The process has a fault. cart.(*Cart).Add grows."},
		{[]api.Instance{leak, growing, silent}, nil, "fault", "1 of 3 processes has a fault. 1 of 3 processes does not answer."},
		{[]api.Instance{churn, silent}, nil, "watch", "1 of 2 processes has no fault. 1 of 2 processes does not answer."},
		{[]api.Instance{silent, silent}, nil, "watch", "Both processes do not answer."},
		{[]api.Instance{churn, churn, left}, nil, "sound", "Both processes have no fault."},
		{[]api.Instance{left}, nil, "watch", "No process is listed any more."},
		{[]api.Instance{silent}, nil, "watch", "The process does not answer."},
	} {
		if tone, text := fleetLead(api.FleetAnswer{Instances: tt.all, Sites: tt.sites}); tone != tt.tone || text != tt.text {
			t.Errorf("%d instances: %q in tone %q, want %q in %q", len(tt.all), text, tone, tt.text, tt.tone)
		}
	}
}

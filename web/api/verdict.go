package api

import (
	"encoding/json"
	"net/http"

	"github.com/leakline/leakline/profiler/verdict"
)

// A judged is a verdict and of whom.
type judged struct {
	Target string `json:"target"`
	verdict.Verdict
}

func (a *API) verdict(t *Target, w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, judged{t.ID, t.Verdict()})
}

// PublishVerdict sends a verdict on the target to whoever follows it.
func (t *Target) PublishVerdict(v verdict.Verdict) {
	if raw, err := json.Marshal(judged{t.ID, t.told(v)}); err == nil { // a verdict holds no NaN
		t.Hub.Verdict(raw)
	}
}

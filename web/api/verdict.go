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
	return answer(w, http.StatusOK, judged{t.ID, t.Watch.Verdict()})
}

// PublishVerdict returns what sends verdicts on a target to viewers through
// publish.
func PublishVerdict(target string, publish func(frame []byte)) func(verdict.Verdict) {
	return func(v verdict.Verdict) {
		if raw, err := json.Marshal(judged{target, v}); err == nil { // a verdict holds no NaN
			publish(raw)
		}
	}
}

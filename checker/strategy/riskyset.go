package strategy

import (
	"encoding/json"
	"errors"
	"fmt"
)

// errNullList refuses JSON's null, which would read as nobody being risky.
var errNullList = errors.New("the risky users' list is null")

// newRiskySet parses the list and builds a Set of it. The Set grows as it is
// filled, as the lesson's does. Parsing and filling stay in this function, on
// lines of their own, so that a profile shows them as two sites of it.
func newRiskySet(list []byte) (map[string]struct{}, error) {
	var ids []string
	if err := json.Unmarshal(list, &ids); err != nil {
		return nil, fmt.Errorf("parsing the risky users' list: %w", err)
	}
	if ids == nil {
		return nil, errNullList
	}
	set := make(map[string]struct{})
	for _, id := range ids {
		set[id] = struct{}{}
	}
	return set, nil
}

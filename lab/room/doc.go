// Package room keeps what a class does together: who is here, on which step of
// the lessons, what each predicted, and what the presenter shows. A prediction
// is locked once; what the others predicted is nobody's but the presenter's
// until it is revealed.
//
// It all lives in memory, within bounds, and ends with the process or with
// Reset.
package room

// Package lesson teaches with the lab. A lesson is Markdown with front matter,
// embedded as it is; its steps ask for a prediction, offer actions on the lab,
// and are checked by code against what really runs. Every step can solve
// itself, which is how its content is tested.
//
// The package reads no clock and keeps no state of its own: what somebody
// predicted is the room's, all else is the lab's.
package lesson

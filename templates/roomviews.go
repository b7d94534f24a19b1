package templates

// RoomView is who is in the room and how far it is. People and Invite are the
// instructor's.
type RoomView struct {
	Page          Page
	Here, Members string
	Presenter     string // "" while nobody presents
	Lessons       []RoomLesson
	People        []RoomPerson
	Invite        *Invite // nil where no door to the room's network is open
}

// A RoomLesson is a lesson's steps.
type RoomLesson struct {
	Title string
	Steps []RoomStepRow
}

// A RoomStepRow is how far the room is with a step.
type RoomStepRow struct {
	Title, Href    string
	Here, Answered string
	Revealed       bool
	Held           string // when its check was seen to hold; "" for not yet
}

// A RoomPerson is somebody in the room.
type RoomPerson struct {
	Name, Step, Answered string
	Here                 bool
}

// An Invite is the room's link, and the same as a QR code: dark modules as one
// path, in a square of Size modules.
type Invite struct {
	Link, Code string
	Size       string
}

package fleet

// What the tests look at.
var (
	OrderOf     = orderOf
	ParseMember = parseMember
)

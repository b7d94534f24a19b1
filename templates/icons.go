package templates

// icons are 16 px strokes, drawn once per document as symbols and used by
// reference, so that pages and scripts share one picture of everything.
var icons = []struct{ name, path string }{
	{"switch", "M2 5h10M9 2l3 3-3 3M14 11H4M7 8l-3 3 3 3"},
	{"gc", "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3"},
	{"restart", "M3 8a5 5 0 1 0 1.6-3.7M3 2v3h3"},
	{"snapshot", "M2 5h3l1-2h4l1 2h3v8H2zM8 6.5a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6"},
	{"load", "M2 13V9M6 13V6M10 13V8M14 13V3"},
	{"start", "M5 3l8 5-8 5z"},
	{"stop", "M4 4h8v8H4z"},
	{"crash", "M3.5 3.5l9 9M12.5 3.5l-9 9"},
	{"note", "M4 14V2h8l-2 3 2 3H4"},
	{"limit", "M2 4h12M4 8v5M8 7v6M12 8v5"},
	{"clock", "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 4.5V8l2.5 2"},
	{"info", "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 7v4M8 4.6v.2"},
	{"eye", "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4"},
	{"pause", "M5.5 3v10M10.5 3v10"},
	{"find", "M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8M10 10l4 4"},
	{"theme", "M8 2.5a5.5 5.5 0 0 1 0 11zM8 2.5a5.5 5.5 0 1 0 0 11"},
	{"fault", "M8 .8L15.2 8 8 15.2.8 8z"},
	{"watch", "M8 1.5L15.3 14H.7z"},
	{"sound", "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13"},
}

// listIcons are those that the live page has no use for.
var listIcons = []struct{ name, path string }{
	{"swap", "M2 5h11M10 2l3 3-3 3M14 11H3M6 8l-3 3 3 3"},
	{"arrow", "M2 8h11M9 4l4 4-4 4"},
	{"pin", "M6 2h4l-.5 5 2.5 2H4l2.5-2zM8 9v5"},
	{"download", "M8 3v8M5 8l3 3 3-3M3 13h10"},
	{"upload", "M8 11V3M5 6l3-3 3 3M3 13h10"},
	{"icicle", "M2 2.5h12V6H2zM2 6h7.5v3.5H2zM2 9.5h4V13H2z"},
	{"trash", "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 9h6l.5-9"},
	{"copy", "M6 5V2h8v8h-3M2 6h8v8H2z"},
}

// toneIcon is the shape that says the same as the tone, so that meaning
// never rests on colour alone.
func toneIcon(tone string) string {
	switch tone {
	case "fault", "watch", "sound":
		return tone
	case "accent":
		return "pause"
	}
	return "info"
}

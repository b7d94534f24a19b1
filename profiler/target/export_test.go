package target

// ParseTrailer is for the fuzzer.
var ParseTrailer = parseTrailer

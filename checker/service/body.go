package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// bodyWithin bounds how long a client may take to send its few bytes.
const bodyWithin = 5 * time.Second

// readBody returns the request's JSON, of at most limit bytes.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &fault{status: http.StatusUnsupportedMediaType, detail: "the body must be application/json"}
	}
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(bodyWithin)) // not every writer has a connection
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return nil, &fault{status: http.StatusRequestEntityTooLarge, detail: fmt.Sprintf("the body is longer than %d bytes", limit)}
	case err != nil:
		return nil, &fault{status: http.StatusBadRequest, detail: "the body ends too early"}
	}
	_ = conn.SetReadDeadline(time.Time{})
	return body, nil
}

// parseObject reads one flat JSON object. target returns where to put a field:
// a **string or **int64, left nil by null, or nil for a field that there is
// not. Names are matched to the letter and each may come once, so that no two
// readers of the same payment can understand it differently.
func parseObject(body []byte, target func(name string) any) error {
	if !utf8.Valid(body) {
		return badBody("is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return badBody("is not a JSON object")
	}
	var seen []string
	for dec.More() {
		tok, err := dec.Token()
		name, ok := tok.(string)
		if err != nil || !ok {
			return badBody("is not valid JSON")
		}
		if slices.Contains(seen, name) {
			return badField(name, "is given twice")
		}
		seen = append(seen, name)
		into := target(name)
		if into == nil {
			return badField(name, "is not a known field")
		}
		if err := decodeValue(dec, name, into); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return badBody("is not valid JSON")
	}
	if _, err := dec.Token(); err != io.EOF {
		return badBody("goes on after its object")
	}
	return nil
}

func decodeValue(dec *json.Decoder, name string, into any) error {
	err := dec.Decode(into)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &wrongType):
		return badBody("is not valid JSON")
	}
	if _, ok := into.(**string); ok {
		return badField(name, "is not a string")
	}
	return badField(name, "is not a whole number in 64 bits")
}

func badBody(what string) error {
	return &fault{status: http.StatusBadRequest, detail: "the body " + what}
}

// badField names the field in the words too, shortened: it may be the sender's
// invention and as long as the body.
func badField(name, what string) error {
	if len(name) > 64 {
		name = string(bytes.ToValidUTF8([]byte(name[:64]), nil)) + "…"
	}
	return &fault{status: http.StatusBadRequest, field: name, detail: fmt.Sprintf("%q %s", name, what)}
}

package target

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// Auth is what a service asks for; the zero value is nothing. It is sent to
// the service and shown nowhere.
type Auth struct{ Bearer, User, Password string }

// String shows that there is something, and not what.
func (a Auth) String() string {
	switch {
	case a.Bearer != "":
		return "a bearer token"
	case a.User != "" || a.Password != "":
		return "a user and password"
	}
	return "nothing"
}

// GoString is String, so that %#v shows no more.
func (a Auth) GoString() string { return a.String() }

// sign puts it into the header of a request.
func (a Auth) sign(h http.Header) {
	switch {
	case a.Bearer != "":
		h.Set("Authorization", "Bearer "+a.Bearer)
	case a.User != "" || a.Password != "":
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(a.User+":"+a.Password)))
	}
}

// hide keeps a server that echoes its request from having us show a secret.
func (a Auth) hide(text string) string {
	for _, secret := range []string{a.Bearer, a.Password} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	return text
}

// A Way is how to reach a process, for whoever forwards requests to it.
type Way struct {
	Base      *url.URL
	auth      Auth
	Transport http.RoundTripper
}

// Header returns what every request must carry; nobody may be shown it.
func (w Way) Header() http.Header {
	h := make(http.Header)
	w.auth.sign(h)
	return h
}

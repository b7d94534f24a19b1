package guard

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Why a request is refused; see Status.
var (
	ErrHost   = errors.New("this address is not one leakline answers to: use the link it printed")
	ErrCross  = errors.New("another site sent this request")
	ErrNobody = errors.New("a token is needed: open the link that leakline printed at start, or send it as a bearer token")
	ErrRole   = errors.New("only the instructor may do this")
	ErrGuess  = errors.New("too many wrong tokens have come: wait a second, then send the right one")
)

// Status is the HTTP status of a refusal, 0 for other errors.
func Status(err error) int {
	switch {
	case errors.Is(err, ErrHost):
		return http.StatusMisdirectedRequest
	case errors.Is(err, ErrCross), errors.Is(err, ErrRole):
		return http.StatusForbidden
	case errors.Is(err, ErrNobody):
		return http.StatusUnauthorized
	case errors.Is(err, ErrGuess):
		return http.StatusTooManyRequests
	case isTaken(err):
		return http.StatusConflict
	}
	return 0
}

// Check says whether a request may pass where need is needed, and returns its
// sender.
func (g *Guard) Check(r *http.Request, need Role) (Sender, error) {
	if !g.KnowsHost(r) {
		return Sender{}, ErrHost
	}
	if err := g.cross.Check(r); err != nil {
		return Sender{}, ErrCross
	}
	sender := g.SenderOf(r)
	switch {
	case sender.Role >= need:
		return sender, nil
	case sender.Role != Anyone:
		return sender, ErrRole
	case r.Header.Get("Authorization") != "":
		return sender, g.wrong()
	}
	return sender, ErrNobody
}

// wrong is what a wrong token is told. Right ones are never held up by those
// who guess: that would lock a class out. What stops guessing is the length of
// a token; this bounds what it costs us.
func (g *Guard) wrong() error {
	if !g.guesses.take(g.now()) {
		return ErrGuess
	}
	return ErrNobody
}

// KnowsHost says whether a request is addressed to us.
func (g *Guard) KnowsHost(r *http.Request) bool { return g.hosts[strings.ToLower(r.Host)] }

// SameOrigin says whether a websocket may be opened: browsers send cookies
// with a foreign page's handshake too, and no CORS rule stops them. An exact
// Origin is needed, or none together with an Authorization header, which no
// browser page can set.
func (g *Guard) SameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return r.Header.Get("Authorization") != ""
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	scheme := "http"
	if g.secure {
		scheme = "https"
	}
	return u.Scheme == scheme && strings.EqualFold(u.Host, r.Host) && origin == u.Scheme+"://"+u.Host
}

// SetHeaders sets what every answer carries.
func SetHeaders(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

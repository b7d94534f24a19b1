package guard

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"time"
)

// sessionLife is how long a browser stays signed in without asking for
// anything: a dashboard is left open over a weekend.
const sessionLife = 7 * 24 * time.Hour

// A Sender is who sent a request.
type Sender struct {
	Role Role

	// Session tells one signed-in browser from another, and stays with it when
	// the observer is restarted with the same tokens. It is empty for whoever
	// sends a token with each request.
	Session string
}

// Tag names a sender where others may read it: it tells browsers apart and gives
// no session away.
func (s Sender) Tag() string {
	switch {
	case s.Role == Anyone:
		return ""
	case s.Session == "":
		return "script"
	}
	digest := sha256.Sum256([]byte("tag " + s.Session))
	return hex.EncodeToString(digest[:3])
}

// Scripted reports whether a script of the instructor's sent it: one that has
// the token with it, and could open what is closed to a page.
func (s Sender) Scripted() bool { return s.Role == Instructor && s.Session == "" }

type senderKey struct{}

// WithSender returns a context that knows the sender.
func WithSender(ctx context.Context, s Sender) context.Context {
	return context.WithValue(ctx, senderKey{}, s)
}

// SenderFrom returns the sender that the guard found, nobody without one.
func SenderFrom(ctx context.Context) Sender {
	s, _ := ctx.Value(senderKey{}).(Sender)
	return s
}

// A session is what our cookie says: a role, a name of chance, and until when.
// It is signed and not kept, so that a class of any size costs no memory, and
// it does not contain the token: a stolen cookie ends by itself.
type session struct {
	role  Role
	id    [sessionID]byte
	until int64 // Unix s
}

const (
	sessionID   = 16
	sessionBody = 1 + sessionID + 8
)

func (g *Guard) mac(body []byte) []byte {
	mac := hmac.New(sha256.New, g.key)
	mac.Write(body)
	return mac.Sum(nil)
}

// seal returns a session as the value of a cookie.
func (g *Guard) seal(s session) string {
	body := append([]byte{byte(s.role)}, s.id[:]...)
	body = binary.BigEndian.AppendUint64(body, uint64(s.until))
	return base64.RawURLEncoding.EncodeToString(append(body, g.mac(body)...))
}

// session returns the one a request came with, if it is ours and goes on.
func (g *Guard) session(r *http.Request) (s session, ok bool) {
	c, err := r.Cookie(g.cookie)
	if err != nil {
		return s, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(raw) != sessionBody+sha256.Size || !hmac.Equal(raw[sessionBody:], g.mac(raw[:sessionBody])) {
		return s, false
	}
	s.role = Role(raw[0])
	copy(s.id[:], raw[1:])
	s.until = int64(binary.BigEndian.Uint64(raw[1+sessionID:]))
	_, here := g.digests[s.role] // the room's door knows no instructor
	return s, here && g.now().Unix() < s.until
}

func (g *Guard) setCookie(w http.ResponseWriter, s session) {
	s.until = g.now().Add(sessionLife).Unix()
	http.SetCookie(w, &http.Cookie{
		Name: g.cookie, Value: g.seal(s), Path: "/",
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: g.secure,
	})
}

// SignIn answers with a cookie for a token and returns the sender that it makes,
// or an error when the token is none. A browser that was signed in keeps its
// session.
func (g *Guard) SignIn(w http.ResponseWriter, r *http.Request, token string) (Sender, error) {
	role := g.roleOf(token)
	if role == Anyone {
		return Sender{}, g.wrong()
	}
	s, ok := g.session(r)
	if !ok {
		rand.Read(s.id[:])
	}
	s.role = role
	g.setCookie(w, s)
	return Sender{role, s.name()}, nil
}

// Renew moves the end of a session on once half of its time is over.
func (g *Guard) Renew(w http.ResponseWriter, r *http.Request) {
	if s, ok := g.session(r); ok && time.Unix(s.until, 0).Sub(g.now()) < sessionLife/2 {
		g.setCookie(w, s)
	}
}

func (s session) name() string { return hex.EncodeToString(s.id[:]) }

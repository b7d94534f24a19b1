// Package guard decides who may: it knows the hosts we answer to, the two
// tokens and the roles they give, and the order of refusals: a foreign Host
// 421, a cross-origin change 403, no or a wrong token 401, the wrong role 403.
package guard

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Role is what somebody may do. A larger role may all that a smaller may.
type Role int

// The roles.
const (
	Anyone     Role = iota // no token needed
	Viewer                 // reads
	Instructor             // changes, and sees the patient's profiles
)

func (r Role) String() string { return [...]string{"anyone", "viewer", "instructor"}[r] }

// Tokens are the two secrets that give a role.
type Tokens struct{ Instructor, Viewer string }

// ErrToken reports a token that cannot serve as a secret.
var ErrToken = errors.New("a token has 16 to 256 printable characters without spaces")

// Check says whether both tokens can serve and differ.
func (t Tokens) Check() error {
	for _, token := range []string{t.Instructor, t.Viewer} {
		if len(token) < 16 || len(token) > 256 {
			return ErrToken
		}
		for _, c := range []byte(token) {
			if c <= ' ' || c > '~' {
				return ErrToken
			}
		}
	}
	if t.Instructor == t.Viewer {
		return errors.New("the instructor's and the viewer's token are the same")
	}
	return nil
}

// NewToken returns a secret of 130 bits.
func NewToken() string { return rand.Text() }

// Config says whom to trust. Tokens and Hosts are required.
type Config struct {
	Tokens Tokens
	Hosts  []string // host:port pairs we answer to; anything else is DNS rebinding or a mistake
	Secure bool     // we are reached over https

	// ViewerOnly is for the room's network, which is plain HTTP: nobody is the
	// instructor there, whatever token comes.
	ViewerOnly bool

	Guesses float64          // wrong tokens a second that are told so; default 10
	Now     func() time.Time // default time.Now
}

// A Guard checks requests. It is safe for concurrent use.
type Guard struct {
	hosts   map[string]bool
	digests map[Role][sha256.Size]byte
	cookie  string
	key     []byte // signs sessions
	secure  bool
	now     func() time.Time
	guesses *bucket
	redact  *strings.Replacer
	cross   *http.CrossOriginProtection
}

// New returns a guard.
func New(cfg Config) (*Guard, error) {
	if err := cfg.Tokens.Check(); err != nil {
		return nil, err
	}
	g := &Guard{
		hosts: make(map[string]bool), secure: cfg.Secure, now: cfg.Now, cross: http.NewCrossOriginProtection(),
		digests: map[Role][sha256.Size]byte{Viewer: sha256.Sum256([]byte(cfg.Tokens.Viewer))},
	}
	if g.now == nil {
		g.now = time.Now
	}
	if cfg.Guesses == 0 {
		cfg.Guesses = 10
	}
	g.guesses = newBucket(cfg.Guesses)
	var secrets []string
	for _, token := range []string{cfg.Tokens.Instructor, cfg.Tokens.Viewer} {
		for _, written := range []string{token, strings.Trim(strconv.Quote(token), `"`), url.QueryEscape(token), url.PathEscape(token)} {
			secrets = append(secrets, written, "[token]")
		}
	}
	g.redact = strings.NewReplacer(secrets...)
	if !cfg.ViewerOnly {
		g.digests[Instructor] = sha256.Sum256([]byte(cfg.Tokens.Instructor))
	}
	for _, h := range cfg.Hosts {
		g.hosts[strings.ToLower(h)] = true
	}
	// Cookies ignore ports: two labs on one machine must not overwrite each
	// other's. The name says nothing of the secret.
	first := sha256.Sum256([]byte("cookie name " + cfg.Tokens.Instructor))
	g.cookie = fmt.Sprintf("leakline_%x", first[:4])
	// Made from the tokens, the key ends with them and survives a restart that
	// keeps them.
	key := sha256.Sum256([]byte("session key " + cfg.Tokens.Instructor + " " + cfg.Tokens.Viewer))
	g.key = key[:]
	return g, nil
}

// Redact takes our tokens out of a text that goes into a log. People paste them
// into any field, and errors repeat what was sent.
func (g *Guard) Redact(text string) string { return g.redact.Replace(text) }

// roleOf returns the role a token gives. Every token is compared with every
// secret in constant time.
func (g *Guard) roleOf(token string) Role {
	digest := sha256.Sum256([]byte(token))
	role := Anyone
	for r, want := range g.digests {
		if subtle.ConstantTimeCompare(digest[:], want[:]) == 1 {
			role = r
		}
	}
	return role
}

// SenderOf returns who sent a request. Its secret comes in a bearer token, as a
// Basic password (go tool pprof can send nothing else) or in our cookie.
func (g *Guard) SenderOf(r *http.Request) Sender {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return Sender{Role: g.roleOf(bearer)}
	}
	if _, password, ok := r.BasicAuth(); ok {
		return Sender{Role: g.roleOf(password)}
	}
	if s, ok := g.session(r); ok {
		return Sender{s.role, s.name()}
	}
	return Sender{}
}

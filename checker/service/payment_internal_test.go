package service

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParsePayment holds the parser to three promises: it refuses with a fault
// in words, what it accepts is within limits, and encoding/json reads the same.
func FuzzParsePayment(f *testing.F) {
	for _, seed := range []string{
		`{"payment_id":"p","user_id":"u","amount_cents":1,"currency":"EUR"}`,
		`{"payment_id":"p","user_id":"\ud83d\ude00","amount_cents":9223372036854775807,"currency":"USD"}`,
		`{"payment_id":"p","user_id":"u","amount_cents":-1,"currency":"EUR"}`,
		`{"user_id":"a","user_id":"b","payment_id":"p","amount_cents":1,"currency":"EUR"}`,
		`{"payment_id":null,"user_id":{},"amount_cents":[],"currency":1e3}`,
		`{"payment_id":"p","user_id":"\u0000published","amount_cents":1,"currency":"EUR"}`,
		`{"payment_id":"p","user_id":"\ud800","amount_cents":1e2,"currency":"eur"}`,
		`{"\u0075ser_id":"u"}`, `{"":1}`, `{"a":`, `[]`, `null`, `"x"`, `{}{}`, `{,}`, ``, "\xff", "{\"\xff\":1}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := parsePayment(body)
		if err != nil {
			var refused *fault
			if !errors.As(err, &refused) || refused.status != 400 || refused.detail == "" || !utf8.ValidString(refused.detail) {
				t.Fatalf("%q is refused by %#v, want a fault with words", body, err)
			}
			return
		}
		var same struct {
			PaymentID   string `json:"payment_id"`
			UserID      string `json:"user_id"`
			AmountCents int64  `json:"amount_cents"`
			Currency    string `json:"currency"`
		}
		if err := json.Unmarshal(body, &same); err != nil {
			t.Fatalf("%q is accepted, and encoding/json says %v", body, err)
		}
		if same.PaymentID != p.ID || same.UserID != p.UserID || same.AmountCents != p.AmountCents || same.Currency != p.Currency {
			t.Fatalf("%q read as %+v, encoding/json says %+v", body, p, same)
		}
		if p.ID == "" || p.UserID == "" || len(p.ID) > maxID || len(p.UserID) > maxID || p.AmountCents < 0 ||
			len(p.Currency) != 3 || strings.ToUpper(p.Currency) != p.Currency || strings.ContainsRune(p.UserID, 0) {
			t.Fatalf("%q is accepted as %+v", body, p)
		}
	})
}

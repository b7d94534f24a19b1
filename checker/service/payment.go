package service

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/leakline/leakline/checker"
)

const maxID = 128 // bytes

// parsePayment reads and validates the body of a check.
func parsePayment(body []byte) (checker.Payment, error) {
	var id, user, currency *string
	var amount *int64
	err := parseObject(body, func(name string) any {
		switch name {
		case "payment_id":
			return &id
		case "user_id":
			return &user
		case "amount_cents":
			return &amount
		case "currency":
			return &currency
		}
		return nil
	})
	if err != nil {
		return checker.Payment{}, err
	}
	if err := validateID("payment_id", id); err != nil {
		return checker.Payment{}, err
	}
	if err := validateID("user_id", user); err != nil {
		return checker.Payment{}, err
	}
	switch {
	case amount == nil:
		return checker.Payment{}, badField("amount_cents", "is missing")
	case *amount < 0:
		return checker.Payment{}, badField("amount_cents", "is negative")
	case currency == nil:
		return checker.Payment{}, badField("currency", "is missing")
	case !isCurrency(*currency):
		return checker.Payment{}, badField("currency", "is not three capital letters")
	}
	return checker.Payment{ID: *id, UserID: *user, AmountCents: *amount, Currency: *currency}, nil
}

// validateID refuses what could not be printed, looked up and compared by
// everybody alike. U+FFFD is what JSON makes of half a surrogate pair.
func validateID(field string, id *string) error {
	switch {
	case id == nil:
		return badField(field, "is missing")
	case *id == "":
		return badField(field, "is empty")
	case len(*id) > maxID:
		return badField(field, fmt.Sprintf("is longer than %d bytes", maxID))
	}
	for _, r := range *id {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return badField(field, "holds a character that cannot be printed")
		}
	}
	return nil
}

// isCurrency checks the shape only: which currencies there are is not for a
// fraud check to know.
func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

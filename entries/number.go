package entries

import (
	"fmt"
	"strings"

	"kanzei"
)

// EntryNumber reads an entry number: a filer code of three letters or digits,
// seven digits, and a check digit, with or without hyphens. It is returned
// without them, in capitals.
func EntryNumber(s string) (string, error) {
	n := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), "-", ""))
	bad := func(why string) (string, error) {
		if len(s) > 32 {
			s = s[:32] + "…"
		}
		return "", &kanzei.Problem{Code: "entry.number", Msg: fmt.Sprintf("%q is no entry number: %s", s, why), Hint: "three letters or digits of the filer, seven digits, a check digit"}
	}
	if len(n) != 11 {
		return bad(fmt.Sprintf("it has %d characters, not 11", len(n)))
	}
	for i, c := range []byte(n) {
		if digit := c >= '0' && c <= '9'; !digit && (i >= 3 || c < 'A' || c > 'Z') {
			return bad(fmt.Sprintf("%q stands in place %d", c, i+1))
		}
	}
	if want := CheckDigit(n[:10]); n[10] != want {
		return bad(fmt.Sprintf("its check digit is %c", want))
	}
	return n, nil
}

// CheckDigit returns the check digit of the ten characters of an entry number:
// letters count A to I one to nine, J to R one to nine, S to Z two to nine;
// from the right every other digit is doubled; the digits of the products are
// summed, and the check digit fills the sum to a multiple of ten (US Customs,
// ABI requirements, appendix E).
func CheckDigit(s string) byte {
	sum := 0
	for i := range len(s) {
		c := s[len(s)-1-i]
		d := int(c - '0')
		switch {
		case c >= 'S':
			d = int(c-'S') + 2
		case c >= 'J':
			d = int(c-'J') + 1
		case c >= 'A':
			d = int(c-'A') + 1
		}
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return '0' + byte((10-sum%10)%10)
}

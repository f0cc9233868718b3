package accounts

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 as every authenticator app speaks it; HMAC does not rest on collisions
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Codes from an authenticator app: RFC 6238 with 6 digits every 30 seconds. A code of the step before
// and of the step after is taken too, for clocks that are a little off.
const (
	codeDigits = 6
	codeEvery  = 30 * time.Second
	codeDrift  = 1
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTP makes the secret of an authenticator app: 160 bits, base32.
func NewTOTP(random io.Reader) (string, error) {
	b := make([]byte, 20)
	_, err := io.ReadFull(random, b)
	return base32Plain.EncodeToString(b), err
}

// TOTPAddress is what an authenticator app reads, as text or from a picture.
func TOTPAddress(secret, email, service string) string {
	v := url.Values{"secret": {secret}, "issuer": {service}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(service+":"+email) + "?" + v.Encode()
}

// codeAt is the code of one step (RFC 4226 section 5.3).
func codeAt(key []byte, step int64) string {
	var msg [8]byte
	binary.BigEndian.PutUint64(msg[:], uint64(step))
	mac := hmac.New(sha1.New, key)
	mac.Write(msg[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", codeDigits, n%1_000_000)
}

// TOTPCode is the code an authenticator app with this secret shows at a time.
func TOTPCode(secret string, at time.Time) (string, error) {
	key, err := base32Plain.DecodeString(secret)
	if err != nil {
		return "", fmt.Errorf("secret of an authenticator app: %w", err)
	}
	return codeAt(key, at.Unix()/int64(codeEvery/time.Second)), nil
}

// TOTPStep gives the step that a code belongs to at a time; false if to none that is near. The caller
// refuses a step that is not later than the last one used, so that a code seen is a code spent.
func TOTPStep(secret, code string, at time.Time) (int64, bool) {
	key, err := base32Plain.DecodeString(secret)
	code = strings.Join(strings.Fields(code), "")
	if err != nil || len(key) == 0 || len(code) != codeDigits {
		return 0, false
	}
	now := at.Unix() / int64(codeEvery/time.Second)
	found, ok := int64(0), false
	for step := now - codeDrift; step <= now+codeDrift; step++ { // all of them, always
		if subtle.ConstantTimeCompare([]byte(codeAt(key, step)), []byte(code)) == 1 {
			found, ok = step, true
		}
	}
	return found, ok
}

// recoveryCodes is how many codes a person gets for the day their device is gone.
const recoveryCodes = 10

// NewRecovery makes codes, of 80 bits each, and what is stored of them.
func NewRecovery(random io.Reader) (codes, stored []string, err error) {
	for range recoveryCodes {
		b := make([]byte, 10)
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, nil, err
		}
		s := strings.ToLower(base32Plain.EncodeToString(b))
		codes = append(codes, s[:4]+"-"+s[4:8]+"-"+s[8:12]+"-"+s[12:])
		stored = append(stored, recoveryHash(s))
	}
	return codes, stored, nil
}

func recoveryHash(code string) string {
	plain := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	sum := sha256.Sum256([]byte("recovery " + plain))
	return hex.EncodeToString(sum[:])
}

// spend takes a recovery code away; false if there is none such.
func (p *Person) spend(code string) bool {
	i := slices.Index(p.Recovery, recoveryHash(code))
	if i < 0 {
		return false
	}
	p.Recovery = slices.Delete(slices.Clone(p.Recovery), i, i+1)
	return true
}

package accounts

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// newID makes a UUID of version 7 (RFC 9562): in the order of time, and not to be guessed.
func newID(now time.Time, random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", err
	}
	ms := uint64(now.UnixMilli())
	b[0], b[1] = byte(ms>>40), byte(ms>>32)
	binary.BigEndian.PutUint32(b[2:6], uint32(ms))
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-"), nil
}

// NewSecret makes 256 bits as text that fits an address and a cookie.
func NewSecret(random io.Reader) (string, error) {
	b := make([]byte, 32)
	_, err := io.ReadFull(random, b)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// HashSecret is what is stored of a secret of 256 bits: one hash is enough, nobody can try them all.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte("waymark secret " + secret))
	return hex.EncodeToString(sum[:])
}

func sameSecret(stored, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(stored), []byte(HashSecret(secret))) == 1
}

// API tokens read waymark_ID_SECRET_CHECK. The first word lets secret scanners know them; the last
// one lets a mistyped one be told without asking the database.
const (
	tokenPrefix  = "waymark"
	tokenIDBytes = 10
)

func tokenCheck(body string) string {
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body)))
}

// newToken makes a token and the id it is known by.
func newToken(random io.Reader) (id, secret, text string, err error) {
	b := make([]byte, tokenIDBytes+32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", "", "", err
	}
	id, secret = strings.ToLower(base32Plain.EncodeToString(b[:tokenIDBytes])), strings.ToLower(base32Plain.EncodeToString(b[tokenIDBytes:]))
	body := tokenPrefix + "_" + id + "_" + secret
	return id, secret, body + "_" + tokenCheck(body), nil
}

// parseToken takes a token apart; false if its check does not fit.
func parseToken(text string) (id, secret string, ok bool) {
	parts := strings.Split(text, "_")
	if len(parts) != 4 || parts[0] != tokenPrefix || tokenCheck(strings.Join(parts[:3], "_")) != parts[3] {
		return "", "", false
	}
	return parts[1], parts[2], true
}

package accounts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"waymark/internal/fault"
)

// How a password is hashed (TRUST.md section 9). What is read back may ask for less, never for more.
const (
	hashMemory = 64 << 10 // KiB
	hashPasses = 3
	hashLength = 32
	saltLength = 16
)

// How long a password is, in characters: with a second factor, and without one.
const (
	shortestWithSecond = 8
	shortestAlone      = 15
	longestPassword    = 256
)

// commonest are the first 8 bytes of the SHA-256 of the 3,000 commonest passwords of at least 8
// characters, sorted. Hashes, because the words themselves are not fit to be kept here. NOTICE names
// the list they were made of.
//
//go:embed commonest.bin
var commonest []byte

const commonestWidth = 8

// CheckPassword refuses a password that is too short, among the commonest, or made of the person's
// own name or address. There are no rules of composition and none of change (NIST SP 800-63B).
func CheckPassword(password string, p *Person) error {
	shortest := shortestAlone
	if p.HasSecond() {
		shortest = shortestWithSecond
	}
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return fault.New(fault.Refused, "The password holds characters that cannot be typed again.", "Choose another.").WithKey("error.password_text", nil)
	case n < shortest:
		return fault.Newf(fault.Refused, "The password has %d characters.", n).
			WithFix(fmt.Sprintf("Use at least %d; three or four words are easy to remember.", shortest)).WithKey("error.password_short", map[string]any{"Least": shortest})
	case n > longestPassword:
		return fault.Newf(fault.Refused, "The password has more than %d characters.", longestPassword).WithFix("Choose a shorter one.").WithKey("error.password_long", nil)
	}
	plain := strings.ToLower(norm.NFKC.String(password))
	local, _, _ := strings.Cut(p.Email, "@")
	if isCommon(plain) || isRepeated(plain) || plain == p.Email || plain == strings.ToLower(p.Name) || local != "" && plain == strings.Repeat(local, len(plain)/len(local)) {
		return fault.New(fault.Refused, "This password is among the first that anybody would try.", "Choose another; three or four words are easy to remember.").WithKey("error.password_common", nil)
	}
	return nil
}

func isCommon(plain string) bool {
	sum := sha256.Sum256([]byte(plain))
	want := sum[:commonestWidth]
	n := len(commonest) / commonestWidth
	at := func(i int) []byte { return commonest[i*commonestWidth : (i+1)*commonestWidth] }
	i := sort.Search(n, func(i int) bool { return bytes.Compare(at(i), want) >= 0 })
	return i < n && bytes.Equal(at(i), want)
}

// isRepeated tells that a text is one of at most four characters over and over, or a run such as
// 12345678 or abcdefgh.
func isRepeated(s string) bool {
	r := []rune(s)
	for size := 1; size <= 4; size++ {
		same := true
		for i := size; i < len(r) && same; i++ {
			same = r[i] == r[i-size]
		}
		if same {
			return true
		}
	}
	for _, step := range []rune{1, -1} {
		run := true
		for i := 1; i < len(r) && run; i++ {
			run = r[i]-r[i-1] == step
		}
		if run {
			return true
		}
	}
	return false
}

// Hasher hashes passwords, two at a time at most, so that a flood of sign-ins takes 128 MB and no
// more. A bounded number waits; the rest is sent away.
type Hasher struct{ seats, queue chan struct{} }

// NewHasher makes one that hashes at most so many at a time.
func NewHasher(atATime int) *Hasher {
	return &Hasher{seats: make(chan struct{}, atATime), queue: make(chan struct{}, 32*atATime)}
}

var errBusy = fault.New(fault.TooMany, "Many people are signing in at this moment.", "Wait a minute, then try again.").WithKey("error.tooMany", nil)

// run computes one hash when a seat is free.
func (h *Hasher) run(ctx context.Context, password string, salt []byte, passes, memory uint32, threads uint8) ([]byte, error) {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return nil, errBusy
	}
	select {
	case h.seats <- struct{}{}:
		defer func() { <-h.seats }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, memory, threads, hashLength), nil
}

// Hash gives what is stored of a password, in the PHC string format.
func (h *Hasher) Hash(ctx context.Context, password string, random io.Reader) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", err
	}
	key, err := h.run(ctx, password, salt, hashPasses, hashMemory, 1)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, hashMemory, hashPasses, b64(salt), b64(key)), nil
}

// unknown is the hash that is computed for an address nobody has, so that the answer takes as long.
var unknown = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, hashMemory, hashPasses,
	base64.RawStdEncoding.EncodeToString(make([]byte, saltLength)), base64.RawStdEncoding.EncodeToString(make([]byte, hashLength)))

// Matches tells whether a password is the one that was hashed. An empty hash takes as long as any
// and never matches.
func (h *Hasher) Matches(ctx context.Context, hash, password string) (bool, error) {
	none := hash == ""
	if none {
		hash = unknown
	}
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("a stored password has an unknown form")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &threads); err != nil ||
		version != argon2.Version || memory > hashMemory || passes > hashPasses || passes < 1 || threads < 1 || threads > 4 {
		return false, errors.New("a stored password asks for more work than it may")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(err1, err2); err != nil || len(want) != hashLength {
		return false, errors.New("a stored password cannot be read")
	}
	if utf8.RuneCountInString(password) > longestPassword {
		password, none = password[:longestPassword], true
	}
	got, err := h.run(ctx, password, salt, passes, memory, threads)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && !none, nil
}

package accounts

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"waymark/internal/fault"
)

// The test values of RFC 6238 appendix B, SHA-1, their last six digits.
func TestCodesAreThoseOfRFC6238(t *testing.T) {
	secret := base32Plain.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if step, ok := TOTPStep(secret, code, time.Unix(at, 0)); !ok || step != at/30 {
			t.Errorf("the code at %d is not taken (step %d, %v)", at, step, ok)
		}
		if _, ok := TOTPStep(secret, code, time.Unix(at+91, 0)); ok {
			t.Errorf("the code of %d is taken 91 seconds later", at)
		}
	}
	for _, c := range []string{"", "28708", "2870822", "abcdef", "000000"} {
		if _, ok := TOTPStep(secret, c, time.Unix(59, 0)); ok {
			t.Errorf("%q is taken", c)
		}
	}
	if _, ok := TOTPStep("", codeAt(nil, 1), time.Unix(59, 0)); ok {
		t.Error("a code without a secret is taken")
	}
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	codes, stored, err := NewRecovery(rand.Reader)
	if err != nil || len(codes) != 10 {
		t.Fatal(codes, err)
	}
	p := Person{Recovery: stored}
	for i, typed := range []string{codes[3], strings.ToUpper(strings.ReplaceAll(codes[4], "-", " ")), codes[3]} {
		if got, want := p.spend(typed), i < 2; got != want {
			t.Errorf("%q: %v, want %v", typed, got, want)
		}
	}
	if len(p.Recovery) != 8 || len(stored) != 10 {
		t.Errorf("%d codes are left of %d", len(p.Recovery), len(stored))
	}
}

func TestPasswordsAreRefusedForLengthAndCommonnessAlone(t *testing.T) {
	bare, second := &Person{Email: "amina@example.org", Name: "Amina Odhiambo"}, &Person{TOTP: "X"}
	for _, c := range []struct {
		password string
		p        *Person
		ok       bool
	}{
		{"correct horse battery", bare, true},
		{"fourteen chars", bare, false},
		{"fifteen charact", bare, true},
		{"seven77", second, false},
		{"baseball", second, false}, // common
		{"BASEBALL", second, false},
		{"ｂａｓｅｂａｌｌ", second, false}, // the same in wide letters
		{"glimmerfox", second, true},
		{"детский телефон доверия", bare, true},
		{"儿童保护热线电话号码是一一六一一一", bare, true},
		{"aaaaaaaaaaaaaaaa", bare, false},
		{"abcabcabcabcabcabc", bare, false},
		{"abcdefghijklmnopq", bare, false},
		{"amina@example.org", bare, false},
		{"aminaaminaaminaamina", bare, false},
		{strings.Repeat("long ", 13)[:64], bare, true},
		{strings.Repeat("long ", 52), bare, false},
		{"nul\x00nul nul nul nul", bare, false},
		{"bad utf8 \xff long enough", bare, false},
	} {
		if err := CheckPassword(c.password, c.p); (err == nil) != c.ok {
			t.Errorf("%q: %v", c.password, err)
		} else if err != nil {
			if text, fix := fault.Safe(err); fix == "" || strings.Contains(text, c.password) {
				t.Errorf("%q: says %q, %q", c.password, text, fix)
			}
		}
	}
	if len(commonest) != 3000*commonestWidth {
		t.Errorf("%d bytes of common passwords", len(commonest))
	}
}

func TestAHashedPasswordMatchesItselfAndNothingElse(t *testing.T) {
	h, ctx := NewHasher(2), context.Background()
	hash, err := h.Hash(ctx, "café au lait, merci", rand.Reader)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=3,p=1$") {
		t.Fatal(hash, err)
	}
	for password, want := range map[string]bool{"café au lait, merci": true, "cafe\u0301 au lait, merci": true, "Café au lait, merci": false, "": false} {
		if got, err := h.Matches(ctx, hash, password); got != want || err != nil {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if got, err := h.Matches(ctx, "", ""); got || err != nil {
		t.Errorf("no hash: %v, %v", got, err)
	}
	for _, wrong := range []string{"x", "$argon2id$v=19$m=1048576,t=3,p=1$AAAA$AAAA", "$argon2id$v=19$m=65536,t=300,p=1$AAAA$AAAA", strings.Replace(hash, "argon2id", "argon2i", 1)} {
		if _, err := h.Matches(ctx, wrong, "x"); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
}

func TestAFloodOfSignInsIsSentAwayAndNeverHashesMoreThanTwoAtATime(t *testing.T) {
	h := NewHasher(2)
	h.seats <- struct{}{}
	h.seats <- struct{}{} // both taken
	ctx, cancel := context.WithCancel(context.Background())
	refused := make(chan error, 200)
	for range 200 {
		go func() { _, err := h.Hash(ctx, "x", rand.Reader); refused <- err }()
	}
	for range 200 - 64 { // 64 wait, the others are answered at once
		if err := <-refused; !fault.Is(err, fault.TooMany) {
			t.Fatal(err)
		}
	}
	cancel()
	for range 64 {
		if err := <-refused; err != context.Canceled {
			t.Fatal(err)
		}
	}
}

func TestATokenIsKnownByItsFormAndItsCheck(t *testing.T) {
	id, secret, text, err := newToken(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if i, s, ok := parseToken(text); !ok || i != id || s != secret || !strings.HasPrefix(text, "waymark_") {
		t.Errorf("%q is read as %q, %q, %v", text, i, s, ok)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
		c := rapid.SampledFrom([]byte("abcxyz270_-")).Draw(t, "character")
		b := []byte(text)
		if b[at] == c {
			return
		}
		b[at] = c
		if _, _, ok := parseToken(string(b)); ok {
			t.Fatalf("%q was taken", b)
		}
	})
}

func TestIdsAreUUIDsOfVersion7InTheOrderOfTime(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	last := ""
	for i := range 100 {
		id, err := newID(at.Add(time.Duration(i)*time.Millisecond), bytes.NewReader(bytes.Repeat([]byte{byte(255 - i)}, 10)))
		if err != nil || id <= last || len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("%q after %q, %v", id, last, err)
		}
		last = id
	}
}

// In the first hour an account is tried from one network at most 10 times, and so in every other; and
// whoever waits as long as they are told is let in.
func TestAPaceDelaysAndNeverLocksOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		now, free := start, time.UnixMicro(0)
		taken := 0
		for range 300 {
			now = now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "seconds")) * time.Second)
			next, wait := paceAccountHere.Take(free, now)
			if wait == 0 {
				taken++
				free = next
				continue
			}
			if _, again := paceAccountHere.Take(free, now.Add(wait)); again != 0 {
				t.Fatalf("told to wait %s, and then %s more", wait, again)
			}
		}
		if most := 5 + int(now.Sub(start)/(12*time.Minute)); taken > most {
			t.Fatalf("%d attempts in %s", taken, now.Sub(start))
		}
	})
}

func TestSessionsEndByIdlenessByAgeAndWhenClocksRunBackwards(t *testing.T) {
	born := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		half, writes bool
		seen, now    time.Duration
		alive        bool
	}{
		{false, true, 0, 29 * time.Minute, true},
		{false, true, 0, 31 * time.Minute, false},
		{false, false, 0, 31 * time.Minute, true},
		{false, false, 0, 9 * time.Hour, false},
		{false, true, 12*time.Hour - time.Minute, 12 * time.Hour, false},
		{true, false, 0, 11 * time.Minute, false},
		{true, false, 0, 9 * time.Minute, true},
		{false, true, 0, -time.Minute, false},
	} {
		s := Session{Half: c.half, Created: born.UnixMicro(), Seen: born.Add(c.seen).UnixMicro()}
		if got := s.isAlive(born.Add(c.now), c.writes); got != c.alive {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestATokenGivesOnlyWhatBothScopesShare(t *testing.T) {
	held := []Grant{{Role: Verifier, Scope: Scope{Country: "KEN"}}, {Role: Publisher}}
	for _, c := range []struct {
		token Token
		want  string
	}{
		{Token{Role: Verifier}, "[country KEN]"},
		{Token{Role: Verifier, Scope: Scope{Country: "KEN", Organisation: "o"}}, "[country KEN, organisation o]"},
		{Token{Role: Verifier, Scope: Scope{Country: "TZA"}}, "[]"},
		{Token{Role: Publisher, Scope: Scope{Country: "TZA"}}, "[country TZA]"},
		{Token{Role: Steward}, "[]"},
	} {
		var got []string
		for _, g := range c.token.Narrow(held) {
			got = append(got, g.Scope.String())
		}
		if s := fmt.Sprint(got); s != c.want {
			t.Errorf("%+v: %s, want %s", c.token, s, c.want)
		}
	}
	if held[0].Scope != (Scope{Country: "KEN"}) {
		t.Error("what the person holds was changed")
	}
}

func TestASecretHas256Bits(t *testing.T) {
	chance := bytes.Repeat([]byte{0xa5}, 64)
	r := bytes.NewReader(chance)
	one, err := NewSecret(r)
	if err != nil || len(chance)-r.Len() != 32 || len(one) != 43 {
		t.Errorf("%q of %d bytes of chance, %v", one, len(chance)-r.Len(), err)
	}
	if other, _ := NewSecret(rand.Reader); other == one {
		t.Error("two are the same")
	}
}

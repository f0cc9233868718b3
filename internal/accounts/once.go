package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Once is a request that its sender may repeat because the answer got lost: however often it comes, it
// happens once. The store keeps it in the transaction of what it does.
type Once struct {
	ID      string // hash of who asks and the key they chose
	Content string // SHA-256, in hex, of all that is asked
}

// NewOnce makes the name of a request: key is chosen by whoever asks, parts are all that is asked.
func NewOnce(person, key string, parts ...[]byte) Once {
	all := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(all, "%d:", len(p))
		all.Write(p)
	}
	return Once{ID: HashSecret(fmt.Sprintf("once %d:%s %s", len(person), person, key)), Content: hex.EncodeToString(all.Sum(nil))}
}

// Kept is a request that was carried out.
type Kept struct {
	Once
	Object string // what it made or changed, kind and code; empty: nothing, and Answer says so
	Answer string // what was answered where nothing was changed
}

// Repeated is the error of a write whose request was carried out before: nothing was changed now.
type Repeated struct{ Kept }

func (*Repeated) Error() string { return "this request was carried out before" }

type onceKey struct{}

// Repeatable gives a context whose one write is kept as this request, or refused with Repeated.
func Repeatable(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, o)
}

// OnceOf gives the request that the write of a context belongs to; false: to none.
func OnceOf(ctx context.Context) (Once, bool) {
	o, ok := ctx.Value(onceKey{}).(Once)
	return o, ok
}

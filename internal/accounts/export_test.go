package accounts

import "time"

// CodeAt is what an authenticator app with this key shows.
func CodeAt(key string, at time.Time) string {
	b, _ := base32Plain.DecodeString(key)
	return codeAt(b, at.Unix()/30)
}

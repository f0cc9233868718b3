package accounts

// Passkeys checks keys that a person's device made for this site.
type Passkeys struct{}

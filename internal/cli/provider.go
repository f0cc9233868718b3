package cli

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"waymark/internal/fault"
)

// providerSecret gives the secret that an organisation's sign-in provider knows this site by; empty:
// the operator gave none, and the organisation has no sign-in of its own.
func (c *serveConfig) providerSecret(organisation string) (string, error) {
	if c.secrets == "" {
		return "", nil
	}
	folder, err := os.OpenRoot(c.secrets)
	if err != nil {
		return "", fault.Newf(fault.Unavailable, "the folder of the sign-in secrets cannot be read: %w", err).WithFix("Check --oidc-secrets.")
	}
	defer folder.Close()
	b, err := folder.ReadFile(organisation)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(b)), err
}

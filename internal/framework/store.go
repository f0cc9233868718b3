package framework

import "context"

// Store is what frameworks need kept. A version is stored as one document; an adopted one never
// changes again.
type Store interface {
	// Versions lists every version of every framework without its document, oldest first.
	Versions(ctx context.Context) ([]VersionInfo, error)
	// Version gives one version; number 0 is the newest adopted one. fault.NotFound if there is none.
	Version(ctx context.Context, framework string, number int) (*Version, error)
	// SaveVersion stores a new version or the new state of a draft; the same again changes nothing.
	// Changing an adopted version is fault.Conflict, except to mark it superseded.
	SaveVersion(ctx context.Context, v *Version) error
}

// VersionInfo is what a list shows of a version.
type VersionInfo struct {
	Framework string `json:"framework"`
	Number    int    `json:"number"`
	Title     string `json:"title"`
	State     State  `json:"state"`
	SHA256    string `json:"sha256"` // of the stored document
	SavedAt   int64  `json:"savedAt"`
}

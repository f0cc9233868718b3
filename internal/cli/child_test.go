package cli

import (
	"context"
	"os"
	"testing"

	"waymark/internal/consultation"
	"waymark/internal/fault"
	"waymark/internal/framework"
)

// The tests are the program too when they run themselves as its child.
func init() {
	if len(os.Args) == 2 && os.Args[1] == childCommand {
		os.Exit(Main(os.Args[1:], Streams{Out: os.Stdout, Err: os.Stderr}))
	}
}

func TestAWordFileIsReadInAChildAsItIsHere(t *testing.T) {
	versions, err := framework.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	data, err := consultation.ExportWord(versions[0])
	if err != nil {
		t.Fatal(err)
	}
	content, report, err := readWord(context.Background(), data)
	if err != nil || len(content.Blocks) < 50 || len(report) == 0 {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"torn": []byte("PK\x03\x04torn"), "empty": nil} {
		if _, _, err := readWord(context.Background(), bad); err == nil || fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

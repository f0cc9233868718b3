package store_test

import (
	"testing"

	"waymark/internal/store"
	"waymark/internal/store/storetest"
)

func TestEveryEngineKeepsTheSame(t *testing.T) {
	for _, name := range storetest.Names {
		t.Run(name, func(t *testing.T) {
			storetest.Suite(t, func(t *testing.T) *store.DB { return storetest.Open(t, name, store.Options{}).DB })
		})
	}
}

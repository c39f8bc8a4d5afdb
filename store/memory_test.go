package store_test

import (
	"testing"

	"greenroom/store"
	"greenroom/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, storetest.Implementation{
		Open:     func(string) (store.DB, error) { return store.NewMemory(), nil },
		Volatile: true,
	})
}

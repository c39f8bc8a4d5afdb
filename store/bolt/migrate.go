package bolt

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// migration brings a file from one format to the next, in one transaction.
type migration func(*bbolt.Tx) error

// migrations[i] leads from format i+1 to format i+2. There is one format so far.
var migrations []migration

// migrate brings the file to the wanted format, after copying it.
func (db *DB) migrate(format int, migrations []migration, log *slog.Logger) error {
	var is int
	err := db.bolt.View(func(tx *bbolt.Tx) (err error) {
		is, err = readFormat(tx)
		return err
	})
	switch {
	case err != nil:
		return err
	case is > format:
		return fmt.Errorf("%w: it has format %d and this one knows formats up to %d; start the newer Greenroom, or put back the copy that it made before it changed the file (%s.format…)",
			store.ErrNewer, is, format, db.path)
	case is == format:
		return nil
	}
	copied := fmt.Sprintf("%s.format%d", db.path, is)
	if err := db.copyTo(copied); err != nil {
		return fmt.Errorf("copy the store before it is brought from format %d to %d: %w", is, format, explained(err))
	}
	for from := is; from < format; from++ {
		err := db.bolt.Update(func(tx *bbolt.Tx) error {
			return errors.Join(migrations[from-1](tx), writeFormat(tx, from+1))
		})
		if err != nil {
			return fmt.Errorf("bring the store from format %d to %d: %w; a copy from before is %s", from, from+1, explained(err), copied)
		}
	}
	log.Warn(fmt.Sprintf("The store %s was brought from format %d to %d. To go back: stop Greenroom, mv %s %s, and start the Greenroom from before. What was written in between is then lost.",
		db.path, is, format, copied, db.path))
	return nil
}

// copyTo writes a durable copy. One that is already there stands for an attempt that did not finish, so it is replaced.
func (db *DB) copyTo(path string) error {
	partial := path + ".partial"
	err := db.bolt.View(func(tx *bbolt.Tx) error {
		f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		_, err = tx.WriteTo(f)
		return errors.Join(err, f.Sync(), f.Close())
	})
	if err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func readFormat(tx *bbolt.Tx) (int, error) {
	b := tx.Bucket(formatBucket)
	if b == nil {
		return 0, damaged("it is a bbolt file, but not one of Greenroom's")
	}
	is, err := strconv.Atoi(string(b.Get(formatKey)))
	if err != nil || is < 1 {
		return 0, damaged("its format is written as %q", b.Get(formatKey))
	}
	return is, nil
}

func writeFormat(tx *bbolt.Tx, is int) error {
	b, err := tx.CreateBucketIfNotExists(formatBucket)
	if err != nil {
		return err
	}
	return b.Put(formatKey, []byte(strconv.Itoa(is)))
}

package quiz

import (
	"encoding/json"
	"fmt"

	"greenroom/store"
)

// Records are JSON behind one byte that says which version of the encoding it is. Version 1 is the only one so far; a
// field that is added must mean something when it is absent.
const recordVersion = '1'

// load reads a record; nil when there is none. A damaged record names itself.
func load[T any](v store.View, ref store.Ref) (*T, error) {
	b, err := v.Get(ref)
	if err != nil || b == nil {
		return nil, err
	}
	return decode[T](ref, b)
}

func decode[T any](ref store.Ref, b []byte) (*T, error) {
	if len(b) == 0 || b[0] != recordVersion {
		return nil, fmt.Errorf("record %s: %w", ref, store.ErrNewer)
	}
	t := new(T)
	if err := json.Unmarshal(b[1:], t); err != nil {
		return nil, fmt.Errorf("record %s: %w: %w", ref, store.ErrDamaged, err)
	}
	return t, nil
}

// save writes a record.
func save(d *store.Draft, ref store.Ref, t any) {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // unreachable: records are plain data
	}
	d.Put(ref, append([]byte{recordVersion}, b...))
}

// each reads every record below a prefix, in key order, a hundred at a time.
func each[T any](v store.View, prefix store.Ref, fn func(store.Ref, *T) error) error {
	for after := store.Ref(""); ; {
		records, err := v.List(prefix, after, 100)
		if err != nil {
			return err
		}
		for _, r := range records {
			t, err := decode[T](r.Ref, r.Bytes)
			if err != nil {
				return err
			}
			if err := fn(r.Ref, t); err != nil {
				return err
			}
			after = r.Ref
		}
		if len(records) < 100 {
			return nil
		}
	}
}

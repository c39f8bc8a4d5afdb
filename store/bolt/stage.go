package bolt

import (
	"maps"
	"slices"

	"go.etcd.io/bbolt"
)

// stage lies over a write transaction and holds back the writes of a group of units, so that a later unit sees what an
// earlier one wrote, and all are applied at the end in the order of their keys, which is what a B+tree likes best.
type stage struct {
	tx      *bbolt.Tx
	opened  [buckets]*bbolt.Bucket
	changed [buckets]map[string][]byte // nil: deleted
}

func newStage(tx *bbolt.Tx) *stage { return &stage{tx: tx} }

func (s *stage) in(b bucket) *bbolt.Bucket {
	if s.opened[b] == nil {
		s.opened[b] = b.in(s.tx)
	}
	return s.opened[b]
}

// get reads a value; nil when there is none.
func (s *stage) get(b bucket, key []byte) ([]byte, error) {
	if v, ok := s.changed[b][string(key)]; ok {
		return v, nil
	}
	sealed := s.in(b).Get(key)
	if sealed == nil {
		return nil, nil
	}
	return b.open(key, sealed)
}

// put writes a value, which must not change until the transaction ends.
func (s *stage) put(b bucket, key, value []byte) {
	if value == nil {
		value = []byte{}
	}
	s.set(b, key, value)
}

func (s *stage) delete(b bucket, key []byte) { s.set(b, key, nil) }

func (s *stage) set(b bucket, key, value []byte) {
	if s.changed[b] == nil {
		s.changed[b] = map[string][]byte{}
	}
	s.changed[b][string(key)] = value
}

// flush hands the writes to bbolt.
func (s *stage) flush() error {
	for b := range buckets {
		if len(s.changed[b]) == 0 {
			continue
		}
		for _, k := range slices.Sorted(maps.Keys(s.changed[b])) {
			key, value := []byte(k), s.changed[b][k]
			var err error
			if value == nil {
				err = s.in(b).Delete(key)
			} else {
				err = s.in(b).Put(key, b.seal(key, value))
			}
			if err != nil {
				return err
			}
		}
		clear(s.changed[b])
	}
	return nil
}

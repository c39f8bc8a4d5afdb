package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"go.etcd.io/bbolt"

	"greenroom/store"
)

// The buckets. Names hold no zero byte (store.Unit.Valid), so it ends a name inside a key. Numbers in keys are
// big-endian, times are milliseconds since 1970 with the sign bit turned, so that bytes sort as the numbers do. Values
// are sealed, see seal; "-" is an empty value.
//
//	greenroom  "format"                                  the version of this layout, in decimal digits (not sealed)
//	counters   "sequence"                                the last version that was given 8
//	records    ref                                       version 8 | bytes
//	seen       time 8 | event                            -
//	rows       order 8                                   rev 8 | length of key 2 | key | length of place 2 | place | body
//	places     place 0 order 8                           -
//	rowkeys    key                                       order 8 | place
//	sent       key                                       time of last use 8 | id
//	sentuse    time of last use 8 | key                  -
//	wake       time 8 | name                             body
//	wakenames  name                                      time 8
//	days       workspace 0 channel 0 2006-01-02 0 member sum 8
//	months     workspace 0 channel 0 2006-01 0 member    sum 8
//	newest     workspace                                 the newest date written there
const format = 1

type bucket int

const (
	records bucket = iota
	seen
	rows
	places
	rowkeys
	sent
	sentuse
	wake
	wakenames
	days
	months
	newest
	counters
	buckets // how many there are
)

var bucketNames = [buckets][]byte{
	[]byte("records"), []byte("seen"), []byte("rows"), []byte("places"), []byte("rowkeys"), []byte("sent"),
	[]byte("sentuse"), []byte("wake"), []byte("wakenames"), []byte("days"), []byte("months"), []byte("newest"), []byte("counters"),
}

var (
	formatBucket = []byte("greenroom")
	formatKey    = []byte("format")
	sequenceKey  = []byte("sequence")
)

// The two largest of what comes with every unit, rows and seen, have keys that grow: scattered keys cost a page each. What
// finds a row by its place or its key is small, and empty most of the time, because rows are sent.

// in gives the bucket inside a transaction. Buckets to which keys are only appended are filled to the brim.
func (b bucket) in(tx *bbolt.Tx) *bbolt.Bucket {
	in := tx.Bucket(bucketNames[b])
	if in == nil {
		panic(damaged("the bucket %q is missing", bucketNames[b]))
	}
	if b == seen || b == rows || b == sentuse {
		in.FillPercent = 0.95
	}
	return in
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal puts in front of a value the CRC-32C of its bucket, its key and itself, so that a value that is damaged, or that
// stands under a key that is not its own, names itself.
func (b bucket) seal(key, value []byte) []byte {
	sealed := make([]byte, 4, 4+len(value))
	binary.BigEndian.PutUint32(sealed, b.sum(key, value))
	return append(sealed, value...)
}

// open takes the seal off. The value lies in the database file: it is good until the transaction ends.
func (b bucket) open(key, sealed []byte) ([]byte, error) {
	if len(sealed) < 4 || binary.BigEndian.Uint32(sealed) != b.sum(key, sealed[4:]) {
		return nil, damaged("%s %q does not have the bytes that were written", bucketNames[b], key)
	}
	return sealed[4:], nil
}

func (b bucket) sum(key, value []byte) uint32 {
	sum := crc32.Update(0, castagnoli, bucketNames[b])
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, value)
}

// readSequence reads the last version that was given.
func readSequence(tx *bbolt.Tx) (uint64, error) {
	value, err := counters.get(tx, sequenceKey)
	if err == nil && len(value) != 8 {
		err = damaged("the sequence is lost")
	}
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(value), nil
}

// get reads and opens one value; nil when there is none.
func (b bucket) get(tx *bbolt.Tx, key []byte) ([]byte, error) {
	sealed := b.in(tx).Get(key)
	if sealed == nil {
		return nil, nil
	}
	return b.open(key, sealed)
}

var errShort = errors.New("it is too short")

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func sum(n int64) []byte { return number(uint64(n)) }

func readSum(b []byte) (int64, error) {
	if len(b) != 8 {
		return 0, errShort
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}

// recordValue is a value of records.
func recordValue(version uint64, b []byte) []byte {
	value := make([]byte, 8, 8+len(b))
	binary.BigEndian.PutUint64(value, version)
	return append(value, b...)
}

// timed is a key that begins with a time.
func timed(ms int64, name string) []byte {
	return append(number(uint64(ms)^1<<63), name...)
}

func readTimed(key []byte) (ms int64, name string, err error) {
	if len(key) < 8 {
		return 0, "", errShort
	}
	return int64(binary.BigEndian.Uint64(key) ^ 1<<63), string(key[8:]), nil
}

// placeKey is a key of places.
func placeKey(place string, order uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(place), 0), order)
}

func readPlaceKey(key []byte) (place string, order uint64, err error) {
	end := len(key) - 9
	if end < 0 || key[end] != 0 {
		return "", 0, errShort
	}
	return string(key[:end]), binary.BigEndian.Uint64(key[end+1:]), nil
}

// rowRef is a value of rowkeys.
func rowRef(order uint64, place string) []byte { return append(number(order), place...) }

func readRowRef(value []byte) (order uint64, place string, err error) {
	if len(value) < 8 {
		return 0, "", errShort
	}
	return binary.BigEndian.Uint64(value), string(value[8:]), nil
}

func rowValue(r store.Row) []byte {
	b := make([]byte, 8, 8+2+len(r.Key)+2+len(r.Place)+len(r.Body))
	binary.BigEndian.PutUint64(b, r.Rev)
	for _, name := range []string{r.Key, r.Place} {
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(name))), name...)
	}
	return append(b, r.Body...)
}

// readRow reads a row and copies what it holds.
func readRow(value []byte) (store.Row, error) {
	if len(value) < 8 {
		return store.Row{}, errShort
	}
	r := store.Row{Rev: binary.BigEndian.Uint64(value)}
	rest := value[8:]
	for _, name := range []*string{&r.Key, &r.Place} {
		if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
			return store.Row{}, errShort
		}
		end := 2 + int(binary.BigEndian.Uint16(rest))
		*name, rest = string(rest[2:end]), rest[end:]
	}
	r.Body = copied(rest)
	return r, nil
}

// pointsKey is a key of days and, with a month for date, of months.
func pointsKey(workspace, channel, date, member string) []byte {
	return []byte(workspace + "\x00" + channel + "\x00" + date + "\x00" + member)
}

func readPointsKey(key []byte) (workspace, channel, date, member string, err error) {
	parts := strings.Split(string(key), "\x00")
	if len(parts) != 4 {
		return "", "", "", "", errShort
	}
	return parts[0], parts[1], parts[2], parts[3], nil
}

// copied is never nil: an empty value is a value.
func copied(b []byte) []byte { return append([]byte{}, b...) }

// hasPrefix is bytes.HasPrefix for the two kinds of text that keys are made of.
func hasPrefix(key []byte, prefix string) bool { return bytes.HasPrefix(key, []byte(prefix)) }

// createLayout makes the buckets of a new file, which is one without any.
func createLayout(tx *bbolt.Tx) error {
	if k, _ := tx.Cursor().First(); k != nil {
		return nil
	}
	for _, name := range bucketNames {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("create the bucket %s: %w", name, err)
		}
	}
	err := counters.in(tx).Put(sequenceKey, counters.seal(sequenceKey, number(0)))
	if err != nil {
		return err
	}
	return writeFormat(tx, format)
}

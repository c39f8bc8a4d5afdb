package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
)

// bbolt trusts its file: on an impossible page it panics, partly in goroutines of its own where nobody can recover, and
// beyond the end of a file that was cut off it faults. So the structure is checked before bbolt opens the file: every
// page that can be reached is inside the file, of the right kind, reached once, has its keys in order and every value
// under its seal (see layout.go). That reads the file once, which bbolt does too in order to find the free pages. What it
// cannot see is a page that is whole but older than it should be; Check does where an index then disagrees.
//
// The layout of pages is that of go.etcd.io/bbolt/internal/common (page.go, meta.go, bucket.go), file format version 2, in
// the byte order of the machine.
const (
	pageHeader  = 16 // id 8, flags 2, count 2, overflow 4
	elementSize = 16 // of a branch: position 4, key size 4, page 8; of a leaf: flags 4, position 4, key size 4, value size 4
	bucketSize  = 16 // root page 8, sequence 8
	metaSize    = 64 // magic 4, version 4, page size 4, flags 4, root bucket 16, freelist 8, high 8, transaction 8, checksum 8

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketLeaf   = 0x01

	metaMagic   = 0xED0CDAED
	metaVersion = 2
	noFreelist  = ^uint64(0)
)

var order = binary.NativeEndian

type verifier struct {
	file     io.ReaderAt
	pageSize int
	high     uint64 // pages from here on are not in use
	reached  []bool
}

// subtree is what is known of a page before it is read.
type subtree struct {
	in       bucket // whose values these are; buckets: those of the file itself or of a bucket that is not ours
	isRoot   bool   // the tree of buckets
	from, to []byte // keys are at least from and less than to; nil: no limit
}

// verify checks the structure of a file on which nobody is writing.
func verify(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	root, freelist, v, err := readMeta(f)
	if err != nil {
		return err
	}
	if need := v.high * uint64(v.pageSize); need > uint64(info.Size()) {
		return damaged("the file was cut off: it has %d bytes and must have at least %d", info.Size(), need)
	}
	v.reached = make([]bool, v.high)
	if err := v.tree(root, subtree{in: buckets, isRoot: true}); err != nil {
		return err
	}
	return v.freelist(freelist)
}

// readMeta reads the newer one of the two heads that is whole. A commit ends with writing one of them, so a crash may
// leave one broken: then the file is as it was before that commit.
func readMeta(f io.ReaderAt) (root, freelist uint64, v *verifier, err error) {
	var newest uint64
	read := func(at int64) bool {
		page := make([]byte, pageHeader+metaSize)
		if _, err := f.ReadAt(page, at); err != nil || !wholeMeta(page[pageHeader:]) {
			return false
		}
		meta := page[pageHeader:]
		if transaction := order.Uint64(meta[48:]); v == nil || transaction > newest {
			newest = transaction
			root, freelist = order.Uint64(meta[16:]), order.Uint64(meta[32:])
			v = &verifier{file: f, pageSize: int(order.Uint32(meta[8:])), high: order.Uint64(meta[40:])}
		}
		return true
	}
	if read(0) {
		read(int64(v.pageSize)) // the second head is on the second page
	} else { // the size of a page is then not known
		for size := int64(1024); size <= 1<<24 && !read(size); size *= 2 {
		}
	}
	if v == nil {
		return 0, 0, nil, damaged("the file does not begin as a store does")
	}
	return root, freelist, v, nil
}

func wholeMeta(meta []byte) bool {
	sum := fnv.New64a()
	sum.Write(meta[:metaSize-8])
	size := order.Uint32(meta[8:])
	return order.Uint32(meta) == metaMagic && order.Uint32(meta[4:]) == metaVersion &&
		order.Uint64(meta[metaSize-8:]) == sum.Sum64() && size >= 1024 && size <= 1<<24
}

// page reads a page that must be in use and must not have been reached before.
func (v *verifier) page(id uint64) (page []byte, err error) {
	if id < 2 || id >= v.high {
		return nil, damaged("page %d is asked for, but there are %d", id, v.high)
	}
	header := make([]byte, pageHeader)
	if _, err := v.file.ReadAt(header, int64(id)*int64(v.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	overflow := uint64(order.Uint32(header[12:]))
	if order.Uint64(header) != id || id+overflow >= v.high {
		return nil, damaged("page %d is not what it should be", id)
	}
	for i := id; i <= id+overflow; i++ {
		if v.reached[i] {
			return nil, damaged("page %d is used twice", i)
		}
		v.reached[i] = true
	}
	page = make([]byte, (overflow+1)*uint64(v.pageSize))
	if _, err := v.file.ReadAt(page, int64(id)*int64(v.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return page, nil
}

// tree checks the subtree below a page.
func (v *verifier) tree(id uint64, t subtree) error {
	page, err := v.page(id)
	if err != nil {
		return err
	}
	if order.Uint16(page[10:]) == 0 && !t.isRoot { // an empty bucket has no page of its own
		return damaged("page %d is empty", id)
	}
	switch order.Uint16(page[8:]) {
	case branchPage:
		return v.branch(id, page, t)
	case leafPage:
		return v.leaf(id, page, t)
	}
	return damaged("page %d is of no known kind", id)
}

func (v *verifier) branch(id uint64, page []byte, t subtree) error {
	elements, err := readElements(id, page, func(e []byte) element {
		return element{position: order.Uint32(e), keySize: order.Uint32(e[4:]), child: order.Uint64(e[8:])}
	})
	if err != nil {
		return err
	}
	if err := t.inOrder(id, elements); err != nil {
		return err
	}
	for i, e := range elements {
		below := subtree{t.in, t.isRoot, e.key, t.to}
		if i+1 < len(elements) {
			below.to = elements[i+1].key
		}
		if err := v.tree(e.child, below); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) leaf(id uint64, page []byte, t subtree) error {
	elements, err := readElements(id, page, func(e []byte) element {
		return element{kind: order.Uint32(e), position: order.Uint32(e[4:]), keySize: order.Uint32(e[8:]), valueSize: order.Uint32(e[12:])}
	})
	if err != nil {
		return err
	}
	if err := t.inOrder(id, elements); err != nil {
		return err
	}
	for _, e := range elements {
		switch {
		case e.kind == bucketLeaf && t.isRoot:
			err = v.bucket(id, e.key, e.value)
		case e.kind != 0 || t.isRoot:
			err = damaged("page %d has an element of no known kind", id)
		case t.in < buckets:
			_, err = t.in.open(e.key, e.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inOrder checks that the keys of a page grow and are between those of its neighbours.
func (t subtree) inOrder(id uint64, elements []element) error {
	before := t.from
	for i, e := range elements {
		c := bytes.Compare(e.key, before)
		if c < 0 || c == 0 && i > 0 || t.to != nil && bytes.Compare(e.key, t.to) >= 0 {
			return damaged("page %d has its keys out of order", id)
		}
		before = e.key
	}
	return nil
}

// bucket checks the tree of a bucket; that of a small one stands in the value itself.
func (v *verifier) bucket(id uint64, name, value []byte) error {
	if len(value) < bucketSize {
		return damaged("page %d has a bucket that is cut off", id)
	}
	in := bucket(slices.IndexFunc(bucketNames[:], func(n []byte) bool { return bytes.Equal(n, name) }))
	if in < 0 {
		in = buckets
	}
	if root := order.Uint64(value); root != 0 {
		return v.tree(root, subtree{in: in})
	}
	inline := value[bucketSize:]
	if len(inline) < pageHeader || order.Uint16(inline[8:]) != leafPage {
		return damaged("page %d has a bucket that is cut off", id)
	}
	return v.leaf(id, inline, subtree{in: in})
}

// element is a key of a page with what belongs to it: a page in a branch, a value in a leaf.
type element struct {
	kind, position, keySize, valueSize uint32
	child                              uint64
	key, value                         []byte
}

// readElements reads the elements of a page. Their texts follow them without a gap, so a count that is wrong shows.
func readElements(id uint64, page []byte, read func([]byte) element) ([]element, error) {
	count := int(order.Uint16(page[10:]))
	next := uint64(pageHeader + count*elementSize)
	if next > uint64(len(page)) {
		return nil, damaged("page %d has more elements than it can hold", id)
	}
	elements := make([]element, count)
	for i := range elements {
		at := pageHeader + i*elementSize
		e := read(page[at:])
		key := uint64(at) + uint64(e.position)
		value := key + uint64(e.keySize)
		end := value + uint64(e.valueSize)
		if key != next || end > uint64(len(page)) {
			return nil, damaged("page %d has a key or a value where none can be", id)
		}
		e.key, e.value, next = page[key:value], page[value:end], end
		elements[i] = e
	}
	return elements, nil
}

// freelist checks the list of free pages, which a file has that another program wrote; ours find it again when it opens.
func (v *verifier) freelist(id uint64) error {
	if id == noFreelist {
		return nil
	}
	page, err := v.page(id)
	if err != nil {
		return err
	}
	count, ids := uint64(order.Uint16(page[10:])), page[pageHeader:]
	if count == 0xFFFF && len(ids) >= 8 { // more than the field can say: the first entry tells
		count, ids = order.Uint64(ids), ids[8:]
	}
	if order.Uint16(page[8:]) != freelistPage || count > uint64(len(ids))/8 {
		return damaged("the list of free pages on page %d is not one", id)
	}
	for i := range count {
		free := order.Uint64(ids[8*i:])
		if free < 2 || free >= v.high || v.reached[free] {
			return damaged("the list of free pages has page %d, which is in use", free)
		}
		v.reached[free] = true
	}
	return nil
}

package storetest

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"greenroom/store"
)

// victimFolder is the environment variable that makes Run the process that is killed.
const victimFolder = "STORETEST_VICTIM_FOLDER"

const (
	victimWriters = 8
	victimMember  = "victim"
)

// testKill kills a process again and again while it commits, and wants to find everything that it was promised, and no
// half of anything.
func testKill(t *testing.T, im Implementation) {
	rounds := 8
	if testing.Short() {
		rounds = 2
	}
	folder := t.TempDir()
	name, _, _ := strings.Cut(t.Name(), "/")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	promised := map[string]bool{}
	for round := range rounds {
		acks := 50 + random.IntN(500)
		killVictim(t, name, folder, fmt.Sprint(round), acks, promised)
		db, err := im.Open(folder)
		if err != nil {
			t.Fatalf("open after round %d: %v", round, err)
		}
		findPromised(t, db, promised)
		if err := checkAndClose(db); err != nil {
			t.Fatal(err)
		}
	}
}

// killVictim starts the process, reads its promises and kills it after some of them.
func killVictim(t *testing.T, name, folder, round string, acks int, promised map[string]bool) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^"+name+"$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), victimFolder+"="+folder, victimRound+"="+round)
	cmd.ExtraFiles = []*os.File{w}
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	lines := bufio.NewScanner(r)
	read := 0
	for lines.Scan() {
		promised[lines.Text()] = true
		if read++; read == acks {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	if read < acks {
		t.Fatalf("the victim ended by itself after %d promises: %v\n%s", read, err, output.String())
	}
}

const victimRound = "STORETEST_VICTIM_ROUND"

// beVictim commits until it is killed and writes the name of each unit to the pipe once its commit has returned.
func beVictim(t *testing.T, im Implementation, folder string) {
	db, err := im.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	pipe := os.NewFile(3, "promises")
	failed := make(chan error)
	for writer := range victimWriters {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%s-%d-%d", os.Getenv(victimRound), writer, i)
				if err := commitVictim(db, name, writer); err != nil {
					failed <- err
					return
				}
				if _, err := io.WriteString(pipe, name+"\n"); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	t.Fatal(<-failed)
}

var victimTime = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// commitVictim commits a unit that touches everything, so that half of a unit shows: the same name as a record, an event,
// a row, an id and a wake row, and one point and one count for it.
func commitVictim(db store.DB, name string, writer int) error {
	return store.Update(context.Background(), db, func(d *store.Draft) error {
		if err := count(d, store.Key("count", fmt.Sprint(writer/2))); err != nil { // two writers want each count
			return err
		}
		d.Put(store.Key("victim", name), []byte(name))
		d.Send(store.Row{Key: name, Place: name, Body: []byte(name)})
		d.Wake(store.Wake{Name: name, At: victimTime})
		d.Points(store.Points{Workspace: "victim", Channel: fmt.Sprint(writer), Member: victimMember, Date: "2020-01-01", N: 1})
		d.Unit.Event = store.EventID{At: victimTime, Name: name}
		d.Unit.Sent = []store.Done{{Key: "done-" + name, ID: name, At: victimTime}}
		return nil
	})
}

// count adds one to a record that holds a number.
func count(d *store.Draft, ref store.Ref) error {
	b, err := d.Get(ref)
	if err != nil {
		return err
	}
	var n uint64
	if b != nil {
		n = binary.BigEndian.Uint64(b)
	}
	d.Put(ref, binary.BigEndian.AppendUint64(nil, n+1))
	return nil
}

// findPromised wants every unit whose commit has returned, and every unit that is there at all to be there in full.
func findPromised(t *testing.T, db store.DB, promised map[string]bool) {
	t.Helper()
	ctx := t.Context()
	there := map[string]bool{}
	records, err := db.List(ctx, store.Prefix("victim"), "", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		there[string(r.Bytes)] = true
	}
	counts, err := db.List(ctx, store.Prefix("count"), "", victimWriters)
	if err != nil {
		t.Fatal(err)
	}
	var counted uint64
	for _, r := range counts {
		counted += binary.BigEndian.Uint64(r.Bytes)
	}
	for name := range promised {
		if !there[name] {
			t.Errorf("%s was promised and is lost", name)
		}
	}
	rows, err := db.Outbox(ctx, "", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	due, err := db.Due(ctx, victimTime, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	score, err := db.Rank(ctx, store.Board{Workspace: "victim"}, victimMember)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(there); int(counted) != n || len(rows) != n || len(due) != n || score.N != int64(n) {
		t.Errorf("%d records, but a count of %d, %d rows, %d wake rows and %d points", n, counted, len(rows), len(due), score.N)
	}
	for name := range there {
		if id, err := db.Message(ctx, "done-"+name); id != name || err != nil {
			t.Errorf("%s has the id %q, %v", name, id, err)
		}
		err := db.Commit(ctx, store.Unit{Event: store.EventID{At: victimTime, Name: name}})
		if !errors.Is(err, store.ErrSeen) {
			t.Errorf("the event of %s was not remembered: %v", name, err)
		}
	}
}

package storetest

import (
	"fmt"
	"testing"

	"greenroom/store"
)

// testManyPlaces fills the outbox and reads it in pages: one place has many rows, and there are many places.
func testManyPlaces(t *testing.T, im Implementation) {
	db := open(t, im)
	deep, wide := rounds(t, 20_000, 2_000), rounds(t, 10_000, 1_000)
	var u store.Unit
	for i := range deep {
		u.Send = append(u.Send, store.Row{Key: fmt.Sprintf("deep-%d", i), Place: "p00500-deep", Body: []byte("x")})
	}
	for i := range wide {
		u.Send = append(u.Send, store.Row{Key: fmt.Sprintf("wide-%d", i), Place: fmt.Sprintf("p%05d", i)})
	}
	must(t, db, u)
	var got []string
	for after := ""; ; {
		rows, err := db.Outbox(ctx, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			got = append(got, r.Key)
		}
		after = rows[len(rows)-1].Place
	}
	var want []string
	for i := range wide {
		want = append(want, fmt.Sprintf("wide-%d", i))
		if i == 500 {
			want = append(want, "deep-0")
		}
	}
	same(t, "outbox", want, got)

	// The rows of one place come one after the other, in their order.
	for i := range 50 {
		rows, err := db.Outbox(ctx, "p00500", 1)
		if err != nil || len(rows) != 1 || rows[0].Key != fmt.Sprintf("deep-%d", i) {
			t.Fatalf("row %d: %v, %v", i, rows, err)
		}
		must(t, db, store.Unit{Sent: []store.Done{{Key: rows[0].Key, Rev: rows[0].Rev, ID: "1", At: noon}}})
	}
}

package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	for _, test := range []struct {
		text string
		want frame // Op -1: it cannot be read
	}{
		{`{"op":10,"d":{"heartbeat_interval":41250}}`, frame{Op: 10, Data: json.RawMessage(`{"heartbeat_interval":41250}`)}},
		{`{"t":"READY","s":1,"op":0,"d":{}}`, frame{Seq: 1, Name: "READY", Data: json.RawMessage(`{}`)}},
		{`{"t":null,"s":null,"op":11,"d":null}`, frame{Op: 11, Data: json.RawMessage(`null`)}},
		{`{"op":7}`, frame{Op: 7}},
		{`{"op":9,"d":true}`, frame{Op: 9, Data: json.RawMessage(`true`)}},
		{`{"op":0,"t":"READY","d":{}}`, frame{Op: -1}},
		{`{"op":0,"s":-1,"t":"READY","d":{}}`, frame{Op: -1}},
		{`{"op":0,"s":1,"d":{}}`, frame{Op: -1}},
		{`{"d":{}}`, frame{Op: -1}},
		{`{"op":"0"}`, frame{Op: -1}},
		{`null`, frame{Op: -1}},
		{`[]`, frame{Op: -1}},
		{``, frame{Op: -1}},
		{`{"op":1`, frame{Op: -1}},
	} {
		got, err := decode([]byte(test.text))
		if test.want.Op < 0 {
			if !errors.Is(err, errFrame) {
				t.Errorf("%s was read as %+v, %v", test.text, got, err)
			}
			continue
		}
		if err != nil || !cmp.Equal(got, test.want, cmp.AllowUnexported(frame{})) {
			t.Errorf("%s was read as %+v, %v", test.text, got, err)
		}
	}
}

// Of a frame that is too large only its begin is kept, and the rest of it is read away.
func TestLargeFrame(t *testing.T) {
	large := `{"t":"GUILD_CREATE","s":42,"op":0,"d":{"name":"` + strings.Repeat("x", 1000) + `"}}`
	r := strings.NewReader(large)
	got, err := readFrame(r, new(bytes.Buffer), 100)
	if err != nil || got.Seq != 42 || got.Name != "GUILD_CREATE" || got.Op != opDispatch || !got.cut || got.Data != nil {
		t.Errorf("read as %+v, %v", got, err)
	}
	if r.Len() > 0 {
		t.Errorf("%d bytes are left", r.Len())
	}
	got, err = readFrame(strings.NewReader(large), new(bytes.Buffer), int64(len(large)))
	if err != nil || got.cut || len(got.Data) < 1000 {
		t.Errorf("one of just the largest size: %+v, %v", got, err)
	}
	late := `{"d":{"name":"` + strings.Repeat("x", 1000) + `"},"t":"GUILD_CREATE","s":42,"op":0}`
	if got, err := readFrame(strings.NewReader(late), new(bytes.Buffer), 100); !errors.Is(err, errFrame) {
		t.Errorf("one whose number comes late: %+v, %v", got, err)
	}
	if _, err := readFrame(io.MultiReader(strings.NewReader(large), failing{}), new(bytes.Buffer), 100); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("one that broke off: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Whatever comes from outside is read or refused, whole or cut; and what is passed on to discordgo says the same.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"t":"READY","s":1,"op":0,"d":{"session_id":"x"}}`, `{"op":0,"s":9223372036854775807,"t":"\u0000\"","d":[null]}`,
		`{"op":9,"d":false}`, `{"op":0,"op":1}`, `{"s":1e2,"op":0,"t":"A"}`, `{"op":0,"s":1,"t":"A","d":"` + strings.Repeat("x", 80) + `"}`,
		`{"d":1,"op":0,"s":1,"t":"A"}`, `{"op":0,"d":1,"s":1,"t":"A"}`, `{"op":0,"s":1,"t":"A","d":1,"d":2}`, `{"op":0,"s":1,"t":"A","x":{"y":1,"d":2}}`,
		"\xff\xfe", `{"t":"\ud800","s":1,"op":0,"d":{"a":"\ud800"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, data := divide(b); data != nil {
			var raw struct {
				Data json.RawMessage `json:"d"`
			}
			if err := json.Unmarshal(b, &raw); err != nil || !bytes.Equal(bytes.TrimSpace(data), raw.Data) {
				t.Fatalf("of %q the data is %q, %v, and not %q", b, raw.Data, err, data)
			}
		}
		const most = 64
		f, err := readFrame(bytes.NewReader(b), new(bytes.Buffer), most)
		if err != nil {
			if !errors.Is(err, errFrame) {
				t.Fatalf("the error is none of ours: %v", err)
			}
			return
		}
		if f.cut != (len(b) > most) {
			t.Fatalf("%d bytes, cut: %v", len(b), f.cut)
		}
		if f.Op != opDispatch {
			return
		}
		again, err := decode(encodeDispatch(f.Seq, f.Name, f.Data))
		if err != nil || again.Seq != f.Seq || again.Name != f.Name || f.Data != nil && !bytes.Equal(again.Data, f.Data) {
			t.Fatalf("%+v came out as %+v, %v", f, again, err)
		}
	})
}

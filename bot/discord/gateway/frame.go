package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Opcodes (docs.discord.com, Opcodes and Status Codes).
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// frame is one message of the gateway.
type frame struct {
	Op   int
	Seq  int64  // of a dispatch
	Name string // of a dispatch
	Data json.RawMessage
	cut  bool // it was too large: there is no Data
}

// maxFrame is the size of a frame in bytes that is read whole. The largest are GUILD_CREATEs of guilds with many channels,
// which have a few megabytes.
const maxFrame = 16 << 20

var errFrame = errors.New("a frame of the gateway cannot be read")

// readFrame reads one message; of one that is longer than max bytes only what stands before its data. It leaves nothing in b that the
// frame needs.
func readFrame(r io.Reader, b *bytes.Buffer, max int64) (frame, error) {
	b.Reset()
	n, err := b.ReadFrom(io.LimitReader(r, max+1))
	if err != nil {
		return frame{}, err
	}
	if n <= max {
		return decode(b.Bytes())
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return frame{}, err
	}
	return decodeHead(b.Bytes())
}

// decode reads a whole frame. It keeps nothing of b.
func decode(b []byte) (frame, error) {
	var raw struct {
		Op   *int            `json:"op"`
		Seq  int64           `json:"s"`
		Name string          `json:"t"`
		Data json.RawMessage `json:"d"`
	}
	head, data := divide(b)
	if err := json.Unmarshal(head, &raw); err != nil {
		return frame{}, fmt.Errorf("%w: %w", errFrame, err)
	}
	if raw.Op == nil {
		return frame{}, fmt.Errorf("%w: it has no opcode", errFrame)
	}
	if data != nil {
		raw.Data = bytes.Clone(data)
	}
	f := frame{Op: *raw.Op, Seq: raw.Seq, Name: raw.Name, Data: raw.Data}
	return f, f.check()
}

// divide takes a frame's data out, so that it is read over once only. Discord writes it last; where it stands elsewhere, and where the
// frame is wrong, the whole frame comes back.
func divide(b []byte) (head, data []byte) {
	before, after, _ := bytes.Cut(b, []byte(`,"d":`))
	data, ended := bytes.CutSuffix(after, []byte("}"))
	head = append(bytes.Clone(before), '}')
	if !ended || len(before) < 2 || !json.Valid(head) || !json.Valid(data) {
		return b, nil
	}
	return head, data
}

// decodeHead reads the begin of a frame up to its data: Discord writes those last.
func decodeHead(b []byte) (frame, error) {
	f := frame{Op: -1, cut: true}
	d := json.NewDecoder(bytes.NewReader(b))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return frame{}, fmt.Errorf("%w: it is too large", errFrame)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil || key == "d" {
			break
		}
		var into any = new(any)
		switch key {
		case "op":
			into = &f.Op
		case "s":
			into = &f.Seq
		case "t":
			into = &f.Name
		}
		if d.Decode(into) != nil {
			break
		}
	}
	if f.Op < 0 {
		return frame{}, fmt.Errorf("%w: it is too large", errFrame)
	}
	return f, f.check()
}

// check refuses a dispatch that could not be counted.
func (f frame) check() error {
	if f.Op == opDispatch && (f.Seq <= 0 || f.Name == "") {
		return fmt.Errorf("%w: a dispatch has no number or no name", errFrame)
	}
	return nil
}

// encodeDispatch writes a dispatch as discordgo reads it.
func encodeDispatch(seq int64, name string, body json.RawMessage) []byte {
	quoted, err := json.Marshal(name)
	if err != nil {
		panic("unreachable: a string can always be written: " + err.Error())
	}
	if len(body) == 0 {
		body = json.RawMessage("null")
	}
	b := make([]byte, 0, len(body)+len(quoted)+48)
	b = append(b, `{"op":0,"s":`...)
	b = strconv.AppendInt(b, seq, 10)
	b = append(b, `,"t":`...)
	b = append(b, quoted...)
	b = append(b, `,"d":`...)
	b = append(b, body...)
	return append(b, '}')
}

// sent is what a client of the gateway sends.
type sent struct {
	Op   int `json:"op"`
	Data any `json:"d"`
}

type identify struct {
	Token      string     `json:"token"`
	Properties properties `json:"properties"`
	Shard      [2]int     `json:"shard"`
	Intents    int        `json:"intents"`
}

type properties struct {
	OS      string `json:"os"`
	Browser string `json:"browser"`
	Device  string `json:"device"`
}

type resumption struct {
	Token   string `json:"token"`
	Session string `json:"session_id"`
	Seq     int64  `json:"seq"`
}

type hello struct {
	Interval int64 `json:"heartbeat_interval"` // milliseconds
}

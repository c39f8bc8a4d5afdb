package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"greenroom/store"
)

// bareLoop is the least that a server of signed requests does: it verifies each, commits a small unit for it, and answers with as
// much as a graded form takes.
type bareLoop struct {
	db     store.DB
	secret []byte
}

func serveBare(ctx context.Context, s *server) error {
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", s.listener.Addr(), err)
	case <-ctx.Done():
	}
	err := s.Shutdown(context.Background())
	<-ended
	return err
}

func (b bareLoop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	stamp, signature := r.Header.Get(stampHeader), r.Header.Get(signatureHeader)
	seconds, _ := strconv.ParseInt(stamp, 10, 64)
	sent := time.Unix(seconds, 0)
	if err != nil || time.Since(sent).Abs() > 5*time.Minute || !hmac.Equal([]byte(signature), []byte(signed(b.secret, stamp, body))) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	name := hex.EncodeToString([]byte(signature)[:32])
	err = b.db.Commit(r.Context(), store.Unit{
		Event: store.EventID{At: sent, Name: name},
		Put:   []store.Put{{Ref: store.Key("bare", name), Bytes: body[:min(len(body), bareRecord)]}},
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(bareReply)))
	_, _ = w.Write(bareReply) // a client who has left is no failure
}

const bareRecord = 300 // bytes that the bare loop keeps of a request

// bareReply is what the bare loop answers: as many bytes as the grade in its form has on average.
var bareReply = []byte(`{"response_action":"` + strings.Repeat("-", 3170) + `"}`)

const (
	stampHeader     = "X-Slack-Request-Timestamp"
	signatureHeader = "X-Slack-Signature"
)

// signed is the signature of a body sent at a time (docs.slack.dev, Verifying requests from Slack).
func signed(secret []byte, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// turn is what one round of requests to one server took.
type turn struct {
	took time.Duration   // from the first byte sent to the last received
	each []time.Duration // of every request
}

// drive sends requests, whole HTTP/1.1 messages, over a number of connections that stay open, and reads every answer
// before the next request on its connection. A status other than 200, and what check refuses, end it.
func drive(ctx context.Context, address string, requests [][]byte, connections int, check func(body []byte) error) (turn, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	conns := make([]net.Conn, connections)
	for i := range conns {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			return turn{}, fmt.Errorf("connect to the server: %w", err)
		}
		defer conn.Close()
		conns[i] = conn
	}
	context.AfterFunc(ctx, func() {
		for _, conn := range conns {
			_ = conn.SetDeadline(time.Unix(1, 0)) // ends what waits for an answer
		}
	})

	t := turn{each: make([]time.Duration, len(requests))}
	var all sync.WaitGroup
	begun := time.Now()
	for i, conn := range conns {
		all.Go(func() {
			answers := bufio.NewReaderSize(conn, 32<<10)
			for n := i; n < len(requests); n += connections {
				sent := time.Now()
				if err := exchange(conn, answers, requests[n], check); err != nil {
					cancel(fmt.Errorf("request %d: %w", n, err))
					return
				}
				t.each[n] = time.Since(sent)
			}
		})
	}
	all.Wait()
	t.took = time.Since(begun)
	return t, context.Cause(ctx)
}

func exchange(conn net.Conn, answers *bufio.Reader, request []byte, check func(body []byte) error) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("answered with %s: %.200s", response.Status, body)
	case check == nil:
		return nil
	}
	return check(body)
}

// gradedInTheForm refuses an acknowledgement in which the form does not turn into the grade.
func gradedInTheForm(body []byte) error {
	if !bytes.Contains(body, []byte(`"response_action":"update"`)) || !bytes.Contains(body, []byte("I found ")) {
		return fmt.Errorf("the form does not turn into a grade: %.300s", body)
	}
	return nil
}

// loadSide is what one of the two servers did in all rounds.
type loadSide struct {
	turns       []turn
	server, own time.Duration // processor time of the server, and of this process
	idle        time.Duration // of all processors
}

func (s *loadSide) add(t turn, server, own, idle time.Duration) {
	s.turns = append(s.turns, t)
	s.server, s.own, s.idle = s.server+server, s.own+own, s.idle+idle
}

func (s *loadSide) requests() (n int) {
	for _, t := range s.turns {
		n += len(t.each)
	}
	return n
}

func (s *loadSide) took() (sum time.Duration) {
	for _, t := range s.turns {
		sum += t.took
	}
	return sum
}

// rate is requests a second.
func (s *loadSide) rate() float64 { return float64(s.requests()) / s.took().Seconds() }

// within is the time within which a share of the requests was answered.
func (s *loadSide) within(share float64) time.Duration {
	var all []time.Duration
	for _, t := range s.turns {
		all = append(all, t.each...)
	}
	slices.Sort(all)
	return all[min(int(share*float64(len(all))), len(all)-1)]
}

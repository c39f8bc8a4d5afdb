package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// drive sends requests, whole HTTP/1.1 messages, over a number of connections that stay open, and reads every answer
// before the next request on its connection. A status other than 200, and what check refuses, end it.
func drive(ctx context.Context, address string, requests [][]byte, connections int, check func(body []byte) error) (turn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
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

	answers := make([]*bufio.Reader, connections)
	for i, conn := range conns {
		answers[i] = bufio.NewReaderSize(conn, 32<<10)
	}
	return takeTurn(ctx, len(requests), connections, func(worker, n int) error {
		return exchange(conns[worker], answers[worker], requests[n], check)
	})
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

package main

import (
	"testing"
	"time"
)

// An answer that the server did not grade ends the run.
func TestGradedInTheForm(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"response_action":"update","view":{"blocks":"Question 1: I found 2 of 5 points."}}`: true,
		`{"response_action":"update","view":{"blocks":"Working on it"}}`:                      false,
		`{"response_action":"errors","errors":{"answer":"I found nothing"}}`:                  false,
		``: false,
	} {
		if err := gradedInTheForm([]byte(body)); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLoadSide(t *testing.T) {
	var s loadSide
	for i := range 100 {
		s.add(turn{took: 10 * time.Millisecond, each: []time.Duration{time.Duration(i) * time.Millisecond}}, 0, 0, 0)
	}
	if s.rate() != 100 || s.within(0.5) != 50*time.Millisecond || s.within(0.99) != 99*time.Millisecond {
		t.Errorf("%f a second, half within %v, 99 of 100 within %v", s.rate(), s.within(0.5), s.within(0.99))
	}
}

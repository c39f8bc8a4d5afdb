package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// turn is what one round of interactions with one server took.
type turn struct {
	took time.Duration   // from the first byte sent to the last received
	each []time.Duration // of each
}

// takeTurn does n things, each worker one after the other, and all workers at the same time. The first error ends it.
func takeTurn(ctx context.Context, n, workers int, one func(worker, i int) error) (turn, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := turn{each: make([]time.Duration, n)}
	var all sync.WaitGroup
	begun := time.Now()
	for worker := range workers {
		all.Go(func() {
			for i := worker; i < n && ctx.Err() == nil; i += workers {
				sent := time.Now()
				if err := one(worker, i); err != nil {
					cancel(fmt.Errorf("number %d: %w", i, err))
					return
				}
				t.each[i] = time.Since(sent)
			}
		})
	}
	all.Wait()
	t.took = time.Since(begun)
	return t, context.Cause(ctx)
}

// loadSide is what one of two servers did in all rounds.
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

// limit says what would have to be had more of for a higher rate of the server of that name.
func (s *loadSide) limit(name string) string {
	if s.server == 0 {
		return "this system does not tell how busy its processors were"
	}
	capacity := s.took().Seconds() * float64(runtime.NumCPU())
	idle := s.idle.Seconds() / capacity
	says := fmt.Sprintf("of the processors' time %s used %.0f %%, this client %.0f %%, and %.0f %% were idle",
		name, 100*s.server.Seconds()/capacity, 100*s.own.Seconds()/capacity, 100*idle)
	if idle < 0.2 {
		return says + ": the next limit is the processor"
	}
	return says + ": the next limit is the disk, whose syncs the answers wait for"
}

package quiz

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Audit compares a workspace's boards with its attempts: every board is the sum of the attempts behind it, and every
// attempt is worth what its record says. It reads everything, so it is for tests and for an operator in doubt.
func Audit(v store.View, w chat.Workspace) error {
	byDate, byMonth := squares{}, squares{}
	var wrong []error
	l := &look{v: v, ev: chat.Event{Workspace: w}}
	err := each(v, store.Prefix(string(w), "attempt"), func(ref store.Ref, a *attempt) error {
		p, err := l.post(a.Post)
		if err != nil || p == nil {
			return fmt.Errorf("attempt %s: its post is not there: %w", ref, err)
		}
		for n, at := range a.Parts {
			if at.quarters() != at.Points {
				wrong = append(wrong, fmt.Errorf("attempt %s, part %d: worth %d quarters, the board has %d", ref, n, at.quarters(), at.Points))
			}
			if at.Points != 0 {
				byDate.add(p.Channel, at.Date, a.Member, at.Points)
				byMonth.add(p.Channel, at.Date[:len("2006-01")], a.Member, at.Points)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for sq, want := range byMonth {
		first, err := time.Parse("2006-01", sq.date)
		if err != nil {
			return fmt.Errorf("attempt with the date %q: %w", sq.date, err)
		}
		last := first.AddDate(0, 1, -1)
		wrong = append(wrong, auditBoard(v, w, sq.channel, first.Format(time.DateOnly), last.Format(time.DateOnly), want))
	}
	newest := ""
	for sq := range byDate {
		newest = max(newest, sq.date)
	}
	for sq, want := range byDate {
		if sq.date >= newest[:min(len(newest), len("2006-01"))] { // older dates are kept as months
			wrong = append(wrong, auditBoard(v, w, sq.channel, sq.date, sq.date, want))
		}
	}
	all := map[string]int64{}
	for _, members := range byMonth {
		for m, n := range members {
			all[m] += n
		}
	}
	return errors.Join(append(wrong, auditBoard(v, w, "", "", "", all))...)
}

// square is one channel on one date or in one month; squares sum up what members have there.
type square struct{ channel, date string }

type squares map[square]map[string]int64

func (s squares) add(c chat.Channel, date string, m chat.Member, n int64) {
	sq := square{string(c), date}
	if s[sq] == nil {
		s[sq] = map[string]int64{}
	}
	s[sq][string(m)] += n
}

func auditBoard(v store.View, w chat.Workspace, channel, from, to string, want map[string]int64) error {
	scores, err := v.Top(store.Board{Workspace: string(w), Channel: channel, From: from, To: to}, 1<<20)
	if err != nil {
		return err
	}
	got := map[string]int64{}
	for _, sc := range scores {
		if sc.N != 0 {
			got[sc.Member] = sc.N
		}
	}
	maps.DeleteFunc(want, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(got, want) {
		return fmt.Errorf("board of channel %q from %q to %q: has %v, its attempts sum to %v", channel, from, to, got, want)
	}
	return nil
}

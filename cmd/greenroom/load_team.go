package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/content/library"
	"greenroom/store"
	"greenroom/store/bolt"
)

// loadChannels is how many channels a team has. Each has a post of its own, open during the whole run.
const loadChannels = 60

// loadTeam is who answers the posts of all channels, every member each post once.
type loadTeam struct {
	members []string // ids
	banks   []*content.Bank
	posts   []string     // by channel: the id of its post, once it is known
	answers []loadAnswer // in the order in which they are sent
	early   []loadAnswer // sent before anything is measured
}

// loadAnswer is one member's answer to the main part of one channel's post.
type loadAnswer struct {
	channel int
	member  string
	text    string
}

// loadBanksOfChannels has a bank for each channel: the library's questions, each in words of its own, because a member
// scores with a question once, wherever it is asked.
func loadBanksOfChannels() ([]*content.Bank, error) {
	shipped, problems := library.Banks()
	if len(shipped) == 0 || len(problems) > 0 {
		return nil, fmt.Errorf("the library cannot be read: %v", problems)
	}
	var all []content.Question
	for _, b := range shipped {
		all = append(all, b.Questions...)
	}
	var banks []*content.Bank
	for i := range loadChannels {
		q := all[i%len(all)]
		q.Bank = topicOf(i)
		q.ID, q.Topic, q.Tags = q.Bank+"/only", q.Bank, nil
		q.Main += fmt.Sprintf(" Say it for project %d.", i)
		banks = append(banks, &content.Bank{Name: q.Bank, Lang: q.Lang, Questions: []content.Question{q}})
	}
	return banks, nil
}

func topicOf(channel int) string { return fmt.Sprint("project", channel) }

// writeAnswers makes what members will say, every one in every channel: two to four of the key points in the bank's words, amid words
// of their own.
func (t *loadTeam) writeAnswers(random *rand.Rand) {
	for m, member := range t.members {
		for c, bank := range t.banks {
			points := bank.Questions[0].KeyPoints
			said := []string{fmt.Sprintf("As member %d I would put it like this.", m)}
			for _, i := range random.Perm(len(points))[:min(len(points), 2+random.IntN(3))] {
				said = append(said, points[i].Text)
			}
			one := loadAnswer{channel: c, member: member, text: strings.Join(said, " ")}
			t.answers = append(t.answers, one)
		}
	}
}

// awaitLoad tries something until it works, for half a minute.
func awaitLoad(ctx context.Context, what string, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("waited until %s: %w", what, err)
		}
	}
}

// audit compares the store with what was sent: each answer once, and boards that are the sum of the attempts.
func (t *loadTeam) audit(ctx context.Context, file string, workspace chat.Workspace) error {
	db, err := bolt.Open(file, bolt.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := quiz.Audit(store.NewReader(ctx, db), workspace); err != nil {
		return err
	}
	kept := map[string]string{} // text by member and post
	records, err := db.List(ctx, store.Prefix(string(workspace), "attempt"), "", len(t.answers)+len(t.early)+1)
	if err != nil {
		return err
	}
	for _, r := range records {
		var attempt struct {
			Post, Member string
			Parts        map[int]struct{ Text string }
		}
		if err := json.Unmarshal(r.Bytes[1:], &attempt); err != nil {
			return fmt.Errorf("%s: %w", r.Ref, err)
		}
		kept[attempt.Member+" "+attempt.Post] = attempt.Parts[0].Text
	}
	if len(kept) != len(t.answers)+len(t.early) {
		return fmt.Errorf("%d answers were sent and %d are kept", len(t.answers)+len(t.early), len(kept))
	}
	for _, a := range slices.Concat(t.answers, t.early) {
		if kept[a.member+" "+t.posts[a.channel]] != a.text {
			return fmt.Errorf("the answer of %s in %s is not kept", a.member, topicOf(a.channel))
		}
	}
	return nil
}

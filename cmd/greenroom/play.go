package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/content"
	"greenroom/store"
)

// said is something that the bot said: an action, or a reply to an event.
type said struct {
	action *chat.Action
	to     chat.Event
	reply  chat.Reply
}

// stage plays one question from its post to its result with the real engine, on a store of its own that is forgotten afterwards. One
// member answers every part with some of its key points.
type stage struct {
	q      *content.Question
	at     scene
	engine *quiz.Engine
	db     *store.Memory
	now    time.Time
	events int
	post   string // the post's id
	said   []said
}

// scene is who and where, in ids that look like a platform's.
type scene struct {
	workspace chat.Workspace
	channel   chat.Channel
	member    chat.Member
}

// play returns all that was said about a question: the post, the feedback, the follow-ups, the result and the full answer.
func play(q *content.Question, at scene) ([]said, error) {
	s := &stage{
		q: q, at: at, db: store.NewMemory(), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		engine: quiz.New(quiz.Config{Banks: content.NewIndex([]*content.Bank{{Name: q.Bank, Questions: []content.Question{*q}}})}),
	}
	if _, err := s.does(chat.Event{Kind: chat.Line, Text: "setup now 9:00 daily UTC"}); err != nil {
		return nil, err
	}
	if s.post == "" {
		return nil, errors.New("the engine posted nothing") // unreachable: the bank has a question, and the channel takes it
	}
	for part := range len(q.FollowUps) + 1 {
		if err := s.answer(part); err != nil {
			return nil, err
		}
		if err := s.pass(2 * time.Hour); err != nil {
			return nil, err
		}
	}
	if err := s.pass(24 * time.Hour); err != nil {
		return nil, err
	}
	return s.said, s.shows(chat.Event{Kind: chat.Click, Value: chat.Value{Verb: "full", Post: s.post}})
}

// answer opens the form of a part and sends it. A part without an answer has none.
func (s *stage) answer(part int) error {
	opened, err := s.does(chat.Event{Kind: chat.Click, Value: chat.Value{Look: true, Verb: "answer", Post: s.post, Part: part}})
	if err != nil || opened.Form == nil {
		return err
	}
	fields := map[string][]string{}
	for _, f := range opened.Form.Fields {
		if f.Kind == chat.LongField {
			fields[f.Name] = []string{s.words(part)}
		}
	}
	return s.shows(chat.Event{Kind: chat.Submit, Value: opened.Form.Value, Fields: fields})
}

// words answer a part with what its key points say, all but the last.
func (s *stage) words(part int) string {
	points, answer := s.q.KeyPoints, s.q.Answer
	if part > 0 {
		points, answer = s.q.FollowUps[part-1].KeyPoints, s.q.FollowUps[part-1].Answer
	}
	var texts []string
	for _, p := range points[:max(len(points)-1, min(len(points), 1))] {
		texts = append(texts, content.Plain(p.Text))
	}
	text := []rune(strings.Join(texts, " "))
	if len(text) == 0 {
		text = []rune(content.Plain(answer))
	}
	return string(text[:min(len(text), chat.MaxAnswer)])
}

// shows hands in an event of the member and keeps the reply to it.
func (s *stage) shows(e chat.Event) error {
	reply, err := s.does(e)
	if err == nil && reply.Message != nil {
		e = s.placed(e)
		e.Kind = chat.Click
		s.said = append(s.said, said{to: e, reply: chat.Reply{Message: reply.Message}})
	}
	return err
}

// does hands in an event of the member, who manages the place, and sends what it leads to.
func (s *stage) does(e chat.Event) (chat.Reply, error) {
	e = s.placed(e)
	e.Member, e.Manager = s.at.member, true
	if s.engine.Looks(e) {
		return s.engine.Look(store.NewReader(context.Background(), s.db), e)
	}
	s.events++
	e.ID = chat.EventID{At: s.now, Name: fmt.Sprint("event ", s.events)}
	reply, err := s.step(e, nil)
	if err != nil {
		return chat.Reply{}, err
	}
	return reply, s.deliver()
}

func (s *stage) placed(e chat.Event) chat.Event {
	e.Workspace, e.Channel, e.Room, e.At = s.at.workspace, s.at.channel, chat.ChannelRoom(s.at.channel), s.now
	return e
}

func (s *stage) step(e chat.Event, fired *store.Wake) (reply chat.Reply, err error) {
	err = store.Update(context.Background(), s.db, func(d *store.Draft) error {
		d.Unit.Event, d.Unit.Fired = store.EventID(e.ID), fired
		reply, err = s.engine.Step(d, e)
		return err
	})
	return reply, err
}

// deliver sends what waits in the outbox, and what that leads to.
func (s *stage) deliver() error {
	ctx := context.Background()
	for {
		rows, err := s.db.Outbox(ctx, "", 1)
		if err != nil || len(rows) == 0 {
			return err
		}
		var a chat.Action
		if err := json.Unmarshal(rows[0].Body, &a); err != nil {
			return err
		}
		done := store.Done{Key: rows[0].Key, Rev: rows[0].Rev, ID: rows[0].Key, At: s.now}
		if chat.IsEdit(a.Key) {
			done.ID = ""
		}
		if err := s.db.Commit(ctx, store.Unit{Sent: []store.Done{done}}); err != nil {
			return err
		}
		s.heard(a)
		if !a.Tell {
			continue
		}
		sent := s.placed(chat.Event{Kind: chat.Sent, Key: a.Key, Due: s.now})
		sent.Room = a.Room
		if _, err := s.step(sent, nil); err != nil {
			return err
		}
	}
}

// heard keeps an action that is about the question: its post and what stands in its thread.
func (s *stage) heard(a chat.Action) {
	parts := store.Ref(a.Key).Parts()
	isPost := a.Do == chat.Post && len(parts) > 2 && parts[1] == "post"
	if isPost && s.post == "" {
		s.post = parts[2]
	}
	if isPost && parts[2] == s.post || a.Do == chat.Thread {
		s.said = append(s.said, said{action: &a})
	}
}

// pass lets time pass.
func (s *stage) pass(d time.Duration) error {
	until := s.now.Add(d)
	for {
		due, err := s.db.Due(context.Background(), until, 1)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			s.now = until
			return nil
		}
		var e chat.Event
		if err := json.Unmarshal(due[0].Body, &e); err != nil {
			return err
		}
		s.now = due[0].At
		e.At, e.Due = s.now, s.now
		if _, err := s.step(e, &due[0]); err != nil {
			return err
		}
		if err := s.deliver(); err != nil {
			return err
		}
	}
}

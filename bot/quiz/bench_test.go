package quiz_test

import (
	"fmt"
	"testing"

	"greenroom/bot/chat"
	"greenroom/bot/quiz"
	"greenroom/store"
)

// BenchmarkStep is an answer's way through the engine and the memory store, each by another member: the records it reads,
// the grade, the feedback, the unit.
func BenchmarkStep(b *testing.B) {
	m := newMachine(b, quiz.New(quiz.Config{Banks: machineBanks(b)}))
	m.pass(0)
	value := m.newest("answer")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		name := fmt.Sprintf("m%d", i)
		e := chat.Event{
			ID: chat.EventID{At: m.now, Name: name}, Kind: chat.Submit, Workspace: machineWorkspace, Room: "c:team", Channel: "team",
			Member: chat.Member(name), At: m.now, Value: chat.Value{Verb: "answer", Post: value.Post, Arg: "1"},
			Fields: map[string][]string{"answer": {"PUT is idempotent, so sending it twice leaves the same state."}},
		}
		err := store.Update(b.Context(), m.db, func(d *store.Draft) error {
			d.Unit.Event = store.EventID{At: e.ID.At, Name: e.ID.Name}
			r, err := m.engine.Step(d, e)
			if err == nil && r.Message == nil {
				b.Fatal("an answer without feedback")
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// Package bot is the shell around the engine: it carries events from platforms and timers to the engine, one at a time
// in each room, and what the engine decided to the store and from there to the platforms. It knows no quiz, no platform
// and no SDK; all randomness, time and I/O that the engine must not have are here.
//
// The code from the bottom up:
//
//   - clock.go: the time, which may jump, and waiting for it.
//   - panic.go: a panic becomes the error of the one event or message that caused it.
//   - room.go: rooms. Whatever happens in one room happens one after the other; rooms work beside each other.
//   - event.go: the way of one event, [Bot.Handle]: its room, the engine's Step in one unit, the commit; or the engine's
//     Look, beside the room. Every unit goes through commit, which tells timers and outbox what is in it.
//   - visit.go: events that wait in one room at the same time share a unit, decided one after the other.
//   - timers.go: wake rows that are due become events. A row leaves the store in the unit of its event.
//   - marks.go: what the shell keeps for itself in the store, above all the mark of a message that was handed to its
//     platform and whose outcome is not known yet.
//   - delivery.go: one row's way out: [chat.Platform] Send and Find, the four outcomes, the unit that records them.
//   - edits.go: the budget of edits of each workspace.
//   - outbox.go: places. Each sends its rows in order, one at a time; places work beside each other.
//   - park.go: what panicked three times, or cannot be read, is put aside and counted.
//   - copies.go: the second copy of a message, where a platform left one, is deleted once it is clicked.
//   - platform.go: calls of platforms are bounded; a platform that ends is started again.
//   - health.go: what of all this somebody who runs Greenroom should see.
//   - bot.go: [New] joins it together, and [Bot.Run] starts and stops it in order.
//
// # What a crash can do
//
// An event's effects are in one unit, so an event was handled or it was not; an adapter acknowledges after the commit, and
// a platform delivers again what was not acknowledged. Between the commit and the acknowledgement a crash costs the
// second delivery, which the unit's seen mark refuses.
//
// A message is a row until the unit that records its platform id. Its mark is committed before Send. So after a crash a
// row without a mark was certainly not sent, and a row with one is asked for before it is sent again.
//
// A wake row is removed by the unit of its event, so it fires again until that unit is in, and never after.
//
// A commit that fails may have been applied. People hand the event in again; timers find that the row no longer stands;
// the unit that records an outcome carries a name of its own, and its second commit is refused as seen.
package bot

package gateway

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/bot/discord/discordfake"
)

// Events come all the time while one thing after the other happens to the connection. Each event is handed over once and
// in order, by the one session of discordgo, and a session that can be resumed is resumed within a second.
func TestFaults(t *testing.T) {
	const renewed = 8 * time.Second // Discord's one to five seconds, and its five between two sessions
	for _, test := range []struct {
		name  string
		do    func(f *discordfake.Fake)
		until time.Duration // at most, until the session is there again
		anew  bool          // a new session is begun
	}{
		{"Op 7", func(f *discordfake.Fake) { f.Reconnect(0) }, time.Second, false},
		{"Op 7, and again as the answer to Resume", func(f *discordfake.Fake) {
			f.AnswerStart(discordfake.Resumes, 1, discordfake.Start{Op: 7})
			f.Reconnect(0)
		}, time.Second, false},
		{"Op 9, to be resumed", func(f *discordfake.Fake) { f.InvalidSession(0, true) }, time.Second, false},
		{"Op 9, to be resumed, as the answer to Resume", func(f *discordfake.Fake) {
			f.AnswerStart(discordfake.Resumes, 1, discordfake.Start{Op: 9, Resumable: true})
			f.CloseShard(0, 4000)
		}, time.Second, false},
		{"Op 9, to begin anew", func(f *discordfake.Fake) { f.InvalidSession(0, false) }, renewed, true},
		{"Op 9, to begin anew, as the answer to Resume", func(f *discordfake.Fake) {
			f.CloseShard(0, 4000)
			f.ForgetSessions(0)
		}, renewed, true},
		{"Op 9 as the answer to Identify", func(f *discordfake.Fake) {
			f.AnswerStart(discordfake.Identified, 1, discordfake.Start{Op: 9})
			f.InvalidSession(0, false)
		}, 2 * renewed, true},
		{"Op 7 as the answer to Identify", func(f *discordfake.Fake) {
			f.AnswerStart(discordfake.Identified, 1, discordfake.Start{Op: 7})
			f.InvalidSession(0, false)
		}, 2 * renewed, true},
		{"cut without a word", func(f *discordfake.Fake) { f.CloseShard(0, 0) }, time.Second, false},
		{"closed with 1000", func(f *discordfake.Fake) { f.CloseShard(0, 1000) }, time.Second, false},
		{"closed with 1001", func(f *discordfake.Fake) { f.CloseShard(0, 1001) }, time.Second, false},
		{"closed with 4000", func(f *discordfake.Fake) { f.CloseShard(0, 4000) }, time.Second, false},
		{"closed with 4001", func(f *discordfake.Fake) { f.CloseShard(0, 4001) }, time.Second, false},
		{"closed with 4002", func(f *discordfake.Fake) { f.CloseShard(0, 4002) }, time.Second, false},
		{"closed with 4003", func(f *discordfake.Fake) { f.CloseShard(0, 4003) }, time.Second, false},
		{"closed with 4005", func(f *discordfake.Fake) { f.CloseShard(0, 4005) }, time.Second, false},
		{"closed with 4008", func(f *discordfake.Fake) { f.CloseShard(0, 4008) }, time.Second, false},
		{"closed with a code of tomorrow", func(f *discordfake.Fake) { f.CloseShard(0, 4321) }, time.Second, false},
		{"closed with 4007", func(f *discordfake.Fake) { f.CloseShard(0, 4007) }, renewed, true},
		{"closed with 4009", func(f *discordfake.Fake) { f.CloseShard(0, 4009) }, renewed, true},
		{"resume_gateway_url is dead", func(f *discordfake.Fake) {
			f.ResumeURLDead(true)
			f.CloseShard(0, 4000)
		}, time.Second, false},
		{"a frame that cannot be read", func(f *discordfake.Fake) { f.Frame(0, `{"op":0,"t":"TEST","d":{}}`) }, time.Second, false},
		{"Resume is not answered", func(f *discordfake.Fake) {
			f.AnswerStart(discordfake.Resumes, 1, discordfake.Start{Mute: true})
			f.CloseShard(0, 4000)
		}, readyWithin + time.Second, false},
		{"half open", func(f *discordfake.Fake) { f.Silence(0) }, 2*41250*time.Millisecond + time.Second, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, discordfake.Config{}, func(w *world) {
				w.start()
				w.connected(1)
				for range 300 { // half a minute
					w.emit("")
					time.Sleep(100 * time.Millisecond)
				}
				w.complete(1)
				how := discordfake.Resumed
				if test.anew {
					how = discordfake.Readied
				}
				before, begun := w.times(how), time.Now()
				test.do(w.fake)
				for w.times(how) == before && time.Since(begun) < 5*time.Minute {
					if !test.anew { // what happens between two sessions is lost: nobody hears of it
						w.emit("")
					}
					time.Sleep(50 * time.Millisecond)
				}
				if took := time.Since(begun); took > test.until {
					w.t.Errorf("the session was there again after %v, not %v: %s", took, test.until, w.story())
				}
				for range 100 {
					w.emit("")
					time.Sleep(time.Second)
				}
				w.complete(1)
				if !test.anew {
					w.want("sessions", w.times(discordfake.Readied), 1)
				}
				if strings.HasPrefix(test.name, "closed") && test.anew {
					w.want("Resumes of a session that is over", w.times(discordfake.Resumes), 0)
				}
				w.want("sessions of discordgo", w.discordgos(), 1)
				w.want("trouble", w.trouble(), "")
				for _, e := range w.fake.GatewayLog() {
					if e.What == discordfake.ClosedByApp && (e.Code == 1000 || e.Code == 1001) {
						t.Errorf("we closed with %d, which ends the session", e.Code)
					}
				}
			})
		})
	}
}

// Discord closes a shard for good: it never connects again, and the operator is told why and what to do.
func TestFatalCodes(t *testing.T) {
	for code, says := range map[int]string{
		4004: "make a new token", 4010: "start Greenroom again", 4011: "start Greenroom again",
		4012: "install a newer version", 4013: "install a newer version", 4014: "whether the app is restricted",
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			inWorld(t, discordfake.Config{}, func(w *world) {
				w.start()
				w.connected(1)
				time.Sleep(time.Minute)
				w.fake.CloseShard(0, code)
				<-w.ended
				err := w.stop()
				w.stop = nil
				var closed *Closed
				if !errors.As(err, &closed) || closed.Code != code || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), fmt.Sprint(code)) {
					t.Errorf("Run: %v", err)
				}
				w.want("trouble", w.trouble(), err.Error())
				w.want("Identifies", w.times(discordfake.Identified), 1)
				w.want("Resumes", w.times(discordfake.Resumes), 0)
			})
		})
	}
}

// A refused token ends Run before anything else.
func TestRefusedToken(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.fake.AnswerStart(discordfake.Identified, 1, discordfake.Start{Code: 4004})
		w.start()
		<-w.ended
		var closed *Closed
		if err := w.stop(); !errors.As(err, &closed) || closed.Code != 4004 {
			t.Errorf("Run: %v", err)
		}
		w.stop = nil
	})
}

// One shard closed for good does not touch the others, and the operator is told which it is. With the last, Run ends.
func TestOneShardIsClosed(t *testing.T) {
	inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: 3, Concurrency: 16}}, func(w *world) {
		guilds := []string{w.guildOf(0, 3), w.guildOf(1, 3), w.guildOf(2, 3)}
		w.start()
		w.connected(3)
		w.fake.CloseShard(1, 4010)
		time.Sleep(time.Minute)
		for range 10 {
			w.emit(guilds[0])
			w.emit(guilds[2])
			time.Sleep(time.Minute)
		}
		w.complete(1)
		if got := w.trouble(); !strings.Contains(got, "start Greenroom again") || !strings.HasSuffix(got, "(shard 1 of 3)") {
			t.Errorf("told %q", got)
		}
		w.want("shards", fmt.Sprint(w.fake.Shards()), "[0 2]")
		w.fake.CloseShard(discordfake.Every, 4004)
		<-w.ended
		if err := w.stop(); err == nil {
			t.Error("Run does not say that all are closed")
		}
		w.stop = nil
	})
}

// A connection on which nothing arrives any more is found by one missing acknowledgement, and closed with a code that
// keeps the session.
func TestZombie(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.start()
		w.connected(1)
		time.Sleep(10 * time.Minute)
		w.fake.Silence(0)
		begun := time.Now()
		w.emit("")
		took := w.await(discordfake.Resumed, 1).Sub(begun)
		if interval := 41250 * time.Millisecond; took < interval || took > 2*interval+time.Second {
			t.Errorf("resumed after %v", took)
		}
		code := 0
		for _, e := range w.fake.GatewayLog() {
			if e.What == discordfake.ClosedByApp {
				code = e.Code
			}
		}
		w.want("close code", code, closeOwn)
		synctest.Wait()
		w.complete(1)
	})
}

// A session that is lost as soon as it is there is resumed soon all the same: it does not survive a long absence.
func TestFlapping(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.start()
		w.connected(1)
		for n := range 30 {
			begun := time.Now()
			w.fake.CloseShard(0, 4000)
			w.emit("")
			if took := w.await(discordfake.Resumed, n+1).Sub(begun); took > 2*time.Second {
				t.Errorf("number %d took %v", n, took)
			}
		}
		w.connected(1)
		w.complete(1)
		if took := w.fake.GatewayLog()[len(w.fake.GatewayLog())-1].At.Sub(w.fake.GatewayLog()[0].At); took < 20*time.Second {
			t.Errorf("thirty connections in %v are too many", took)
		}
	})
}

// For weeks nothing is lost, repeated, or found dead that is not, with Discord's own reconnects every few hours.
func TestWeeks(t *testing.T) {
	inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: 2}}, func(w *world) {
		guilds := []string{w.guildOf(0, 2), w.guildOf(1, 2)}
		w.start()
		w.connected(2)
		days := 14
		if testing.Short() {
			days = 2
		}
		for hour := range days * 24 {
			w.emit(guilds[hour%2])
			if hour%5 == 4 {
				w.fake.Reconnect(hour % 2)
			}
			time.Sleep(time.Hour)
		}
		w.complete(1)
		w.want("sessions", w.times(discordfake.Readied), 2)
		w.want("connections ended by us", w.times(discordfake.ClosedByApp), w.times(discordfake.Reconnects))
		w.want("trouble", w.trouble(), "")
	})
}

// Discord is not there at all, then it is.
func TestUnreachable(t *testing.T) {
	inWorld(t, discordfake.Config{}, func(w *world) {
		w.fake.AnswerStart(discordfake.Identified, 6, discordfake.Start{})
		w.start()
		w.connected(1)
		w.want("tries", w.times(discordfake.Identified), 7)
		w.emit("")
		synctest.Wait()
		w.complete(1)
		time.Sleep(time.Minute)
		w.fake.AnswerStart(discordfake.Resumes, 8, discordfake.Start{Code: 4000})
		w.fake.CloseShard(0, 4000)
		time.Sleep(50 * time.Second)
		w.want("told", w.trouble(), unreachable)
		w.emit("")
		w.await(discordfake.Resumed, 1)
		w.complete(1)
		w.want("told", w.trouble(), "")
		w.want("sessions", w.times(discordfake.Readied), 1)
	})
}

// What nobody answers in the beginning ends with the process all the same.
func TestStopAnywhere(t *testing.T) {
	for _, after := range []time.Duration{0, time.Millisecond, 3 * time.Second, 7 * time.Second, 25 * time.Second} {
		inWorld(t, discordfake.Config{Gateway: discordfake.Gateway{Shards: 4}}, func(w *world) {
			w.fake.AnswerStart(discordfake.Identified, 2, discordfake.Start{Mute: true})
			w.start()
			time.Sleep(after)
			begun := time.Now()
			w.halt()
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("after %v it took %v to stop", after, took)
			}
		})
	}
}

// The log names shards and codes, never the token and nothing that people wrote.
func TestLogKeepsSecrets(t *testing.T) {
	inWorld(t, discordfake.Config{Token: "s3cret.token"}, func(w *world) {
		var log logged
		w.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		w.start()
		w.connected(1)
		w.fake.Dispatch("", "MESSAGE_CREATE", map[string]any{"content": "wh1sper", "components": []any{map[string]any{"type": 99}}})
		w.fake.Frame(0, `{"op":0,"t":"wh1sper","d":"wh1sper"`)
		time.Sleep(time.Second)
		w.fake.CloseShard(0, 4008)
		time.Sleep(time.Second)
		w.fake.InvalidSession(0, false)
		time.Sleep(time.Minute)
		w.halt()
		text := log.String()
		if strings.Contains(text, "s3cret") || strings.Contains(text, "wh1sper") {
			t.Errorf("logged: %s", text)
		}
		if !strings.Contains(text, "4008") || !strings.Contains(text, "shard=0") {
			t.Errorf("that is not what happened: %s", text)
		}
	})
}

package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// What people do. Each method waits until the app has acknowledged, or until Slack gave up; its error is what the person sees
// instead of what they wanted: a Trouble, or FieldErrors from a form. Slack delivers a command or an interaction once, and an event
// up to four times; nobody sees whether the app has heard of an event.
//
// Text is what the person typed: Slack escapes it. A name after @ or # that somebody or a channel has is a mention.

// Trouble is what Slack tells a person in whose action it found something wrong, or whom the app did not answer.
type Trouble string

func (t Trouble) Error() string { return string(t) }

const (
	OperationTimeout  Trouble = "operation_timeout"                                   // the app said nothing in three seconds
	DispatchFailed    Trouble = "dispatch_failed"                                     // the app could not be reached, refused, or answered what cannot be shown
	TroubleConnecting Trouble = "We had some trouble connecting. Try again?"          // a form that the app did not take, or answered wrongly
	NotInThreads      Trouble = "is not supported in threads. Sorry!"                 // a slash command there
	NotInstalled      Trouble = "the app is not in this workspace"                    // so there is nothing of it to use
	NotThere          Trouble = "this person does not see that on the screen"         // a test names what is not, or no longer, shown
	OptionsNotLoaded  Trouble = "The options could not be loaded."                    // of an external select
	NotInvited        Trouble = "the app is not in this channel, so it hears nothing" // of a mention
)

// FieldErrors is what stands at the fields of a form that was not taken, by block_id. Those that Slack finds itself, such as an
// empty input that is not optional, never reach the app.
type FieldErrors map[string]string

func (e FieldErrors) Error() string {
	return fmt.Sprintf("the form shows errors at its fields: %q", map[string]string(e))
}

// Place is where a person sees something to press: a message, public or private; the app's home; else their topmost modal.
type Place struct {
	Channel, TS string
	Home        bool
}

// Place is where the message stands.
func (m Message) Place() Place { return Place{Channel: m.Channel, TS: m.TS} }

// Command types a slash command in a conversation. What the app's acknowledgement says is shown as Ephemerals and Messages tell.
func (w *Workspace) Command(user, channel, command, text string) error {
	p, r, err := w.typeCommand(user, channel, command, text)
	if err != nil {
		return err
	}
	answer, failed := w.f.wire.deliver(p)
	if failed != "" {
		return failed.trouble()
	}
	return w.commandAnswered(r, answer)
}

func (w *Workspace) typeCommand(user, channel, command, text string) (*parcel, *responseURL, error) {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	m := w.mustPerson(user)
	switch {
	case w.install == nil || !w.install.can("commands"):
		return nil, nil, NotInstalled
	case w.channels[channel] == nil || !w.sees(m, w.channels[channel]):
		return nil, nil, NotThere
	}
	c := w.channels[channel]
	return w.f.wire.command(w, m, c, command, text), &responseURL{workspace: w, channel: c.id, user: user}, nil
}

// commandAnswered shows what rode on the acknowledgement of a command: nothing, a text, or a message.
func (w *Workspace) commandAnswered(r *responseURL, answer []byte) error {
	answer = []byte(strings.TrimSpace(string(answer)))
	if len(answer) == 0 || string(answer) == "{}" || string(answer) == "null" {
		return nil
	}
	if !json.Valid(answer) {
		answer = encode(map[string]any{"text": string(answer)})
	}
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	if refused := w.f.wire.respond(r, answer); refused != nil {
		return fmt.Errorf("%w: %s", DispatchFailed, refused.code)
	}
	return nil
}

// CommandInThread types a slash command into a thread: Slack refuses it and the app hears nothing.
func (w *Workspace) CommandInThread(user, channel, thread, command, text string) error {
	return Trouble(command + " " + string(NotInThreads))
}

// sees tells whether a person can read a conversation.
func (w *Workspace) sees(m *member, c *channel) bool {
	return c.members[m.ID] || !c.private && m.Home == "" && !m.Guest
}

// spot is a place as it stands: a view, or a message in its channel.
type spot struct {
	view    *View
	channel *channel
	message *Message
}

// spot finds a place on a person's screen.
func (w *Workspace) spot(m *member, in Place) (spot, error) {
	switch {
	case in.Home && m.home != nil:
		return spot{view: m.home}, nil
	case in.Home:
		return spot{}, NotThere
	case in.Channel == "" && len(m.stack) > 0:
		return spot{view: m.stack[len(m.stack)-1]}, nil
	}
	c := w.channels[in.Channel]
	if c == nil || !w.sees(m, c) {
		return spot{}, NotThere
	}
	for i := range m.whisper {
		if m.whisper[i].TS == in.TS && m.whisper[i].Channel == in.Channel {
			return spot{channel: c, message: &m.whisper[i]}, nil
		}
	}
	if message := c.find(in.TS); message != nil {
		return spot{channel: c, message: message}, nil
	}
	return spot{}, NotThere
}

func (s spot) controls() []control {
	if s.view != nil {
		return controlsOf(s.view.Blocks)
	}
	return controlsOf(s.message.Blocks)
}

// Click presses a button, named by its label, value or action_id, in this order.
func (w *Workspace) Click(user string, in Place, button string) error {
	return w.press(user, in, func(s spot) (map[string]any, error) {
		for _, name := range []func(control) string{
			func(c control) string {
				text, _ := c.element["text"].(map[string]any)
				s, _ := text["text"].(string)
				return s
			},
			func(c control) string { return c.text("value") },
			func(c control) string { return c.text("action_id") },
		} {
			all := slices.DeleteFunc(s.controls(), func(c control) bool { return c.kind() != "button" || name(c) != button })
			if len(all) > 1 {
				return nil, fmt.Errorf("slackfake: %d buttons are called %q", len(all), button)
			}
			if len(all) == 1 {
				c := all[0]
				action := map[string]any{"type": "button", "action_id": c.text("action_id"), "block_id": c.block}
				for _, name := range []string{"text", "value", "style", "url", "confirm"} {
					if v := c.element[name]; v != nil {
						action[name] = v
					}
				}
				return action, nil
			}
		}
		return nil, fmt.Errorf("%w: no button %q", NotThere, button)
	})
}

// Choose picks in a menu, in checkboxes or in radio buttons that stand outside of a form, by the element's action_id.
func (w *Workspace) Choose(user string, in Place, actionID string, values ...string) error {
	return w.press(user, in, func(s spot) (map[string]any, error) {
		for _, c := range s.controls() {
			if c.text("action_id") != actionID || c.input && c.element["dispatch_action"] != true {
				continue
			}
			if c.kind() == "overflow" {
				for _, o := range c.options() {
					if len(values) == 1 && o["value"] == values[0] {
						return map[string]any{"type": "overflow", "action_id": actionID, "block_id": c.block, "selected_option": o}, nil
					}
				}
				return nil, fmt.Errorf("slackfake: the overflow menu has no option %q, only %q", values, optionValues(c.options()))
			}
			var proposed []Option
			if s.view != nil {
				proposed = w.f.wire.proposed[s.view.ID+"/"+actionID]
			}
			action, err := c.values(values, proposed)
			if err != nil {
				return nil, err
			}
			if s.view != nil {
				w.f.wire.put(s.view, c, maps.Clone(action))
			}
			action["action_id"], action["block_id"] = actionID, c.block
			return action, nil
		}
		return nil, fmt.Errorf("%w: no element %q", NotThere, actionID)
	})
}

// press delivers what was pressed or chosen. Whatever the acknowledgement says, Slack shows nothing of it.
func (w *Workspace) press(user string, in Place, what func(spot) (map[string]any, error)) error {
	w.f.mu.Lock()
	m := w.mustPerson(user)
	s, err := w.spot(m, in)
	var action map[string]any
	if err == nil {
		action, err = what(s)
	}
	if err == nil && w.install == nil {
		err = NotInstalled
	}
	if err != nil {
		w.f.mu.Unlock()
		return err
	}
	p := w.f.wire.click(w, m, s, action)
	w.f.mu.Unlock()
	_, failed := w.f.wire.deliver(p)
	return failed.trouble()
}

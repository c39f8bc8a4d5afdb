package slackfake

import "errors"

// What people do. Each method waits until the app has acknowledged, or until Slack gave up; its error is what the person sees
// instead of what they wanted: a Trouble, or FieldErrors from a form. Slack delivers a command or an interaction once, and an event
// up to four times.

// Trouble is what Slack tells a person in whose action it found something wrong, or whom the app did not answer.
type Trouble string

func (t Trouble) Error() string { return string(t) }

const (
	OperationTimeout  Trouble = "operation_timeout"                           // the app said nothing in three seconds
	DispatchFailed    Trouble = "dispatch_failed"                             // the app could not be reached, or refused
	TroubleConnecting Trouble = "We had some trouble connecting. Try again?"  // a form that the app did not take or answered wrongly
	NotInThreads      Trouble = "is not supported in threads. Sorry!"         // a slash command there
	NotInstalled      Trouble = "is not a valid command"                      // the app is not in this workspace
	NotThere          Trouble = "this person does not see that on the screen" // a test named what is not, or no longer, shown
)

// FieldErrors is what stands at the fields of a form that was not taken, by block_id. Those that Slack finds itself, such as an
// empty input that is not optional, never reach the app.
type FieldErrors map[string]string

func (FieldErrors) Error() string { return "the form shows errors at its fields" }

// Place is where a person sees something to press: a message, public or private; the app's home; else their topmost modal.
type Place struct {
	Channel, TS string
	Home        bool
}

// Place is where the message stands.
func (m Message) Place() Place { return Place{Channel: m.Channel, TS: m.TS} }

var errNotBuilt = errors.New("not built")

// Command types a slash command in a conversation. What the app's acknowledgement says is shown as Ephemerals and Messages tell.
func (w *Workspace) Command(user, channel, command, text string) error { return errNotBuilt }

// CommandInThread types a slash command into a thread: Slack refuses it and the app hears nothing.
func (w *Workspace) CommandInThread(user, channel, thread, command, text string) error {
	return Trouble(command + " " + string(NotInThreads))
}

// Click presses a button, named by its label, value or action_id.
func (w *Workspace) Click(user string, in Place, button string) error { return errNotBuilt }

// Choose picks options of a select, of checkboxes or of radio buttons that stand outside of an input, by the element's action_id.
func (w *Workspace) Choose(user string, in Place, actionID string, values ...string) error {
	return errNotBuilt
}

// Submit fills in the topmost modal and sends it: by block_id, a text or the values of options. What is not named stays as the form
// came; an empty list empties a field.
func (w *Workspace) Submit(user string, values map[string][]string) error { return errNotBuilt }

// CloseView closes the topmost modal.
func (w *Workspace) CloseView(user string) error { return errNotBuilt }

// Suggest types into an external select of the topmost modal, and gives what the app proposes.
func (w *Workspace) Suggest(user, actionID, typed string) ([]Option, error) { return nil, errNotBuilt }

// DM writes to the bot; the message stands in Directs. The app hears of it with im:history.
func (w *Workspace) DM(user, text string) error { return errNotBuilt }

// Mention writes in a channel, with the bot's mention before the text. The app hears of it with app_mentions:read.
func (w *Workspace) Mention(user, channel, text string) error { return errNotBuilt }

// MentionInThread is Mention in a thread.
func (w *Workspace) MentionInThread(user, channel, thread, text string) error { return errNotBuilt }

// OpenHome opens the app's home.
func (w *Workspace) OpenHome(user string) error { return errNotBuilt }

// Invite adds the bot to a channel. The app hears of it with channels:read, of a private one with groups:read.
func (w *Workspace) Invite(channel, by string) error { return errNotBuilt }

// Kick removes the bot from a channel.
func (w *Workspace) Kick(channel, by string) error { return errNotBuilt }

// ArchiveChannel archives a channel, and the app hears of it.
func (w *Workspace) ArchiveChannel(channel, by string) error { return errNotBuilt }

// DeleteChannel deletes a channel with all its messages.
func (w *Workspace) DeleteChannel(channel, by string) error { return errNotBuilt }

// Uninstall removes the app: its tokens end, and it hears tokens_revoked and app_uninstalled.
func (w *Workspace) Uninstall() error { return errNotBuilt }

// RevokeToken ends the bot's tokens without removing the app.
func (w *Workspace) RevokeToken() error { return errNotBuilt }

// Event delivers an inner event of any type, as Slack does with those of next year.
func (w *Workspace) Event(inner map[string]any) error { return errNotBuilt }

// Redeliver delivers the last payload that this workspace's app got once more: an event under another event id, all else under
// another envelope id.
func (w *Workspace) Redeliver() error { return errNotBuilt }

package discordfake

import "fmt"

// What people do. Each method waits until the app has responded, or until Discord gave up; its error is what the person sees
// instead of what they wanted: a Trouble, or FieldErrors of a form. An acknowledgement (a deferral) is a response: what the
// app shows later, tests wait for themselves. Nobody sees whether the app has heard of a message.

// Trouble is what Discord tells a person in whose action it found something wrong, or whom the app did not answer.
type Trouble string

func (t Trouble) Error() string { return string(t) }

const (
	NotResponding Trouble = "The application did not respond"             // to a command in three seconds, or wrongly
	Failed        Trouble = "This interaction failed"                     // the same, after a click
	WentWrong     Trouble = "Something went wrong. Try again."            // the same, after a form was sent
	NoOptions     Trouble = "Loading options failed"                      // the same, of an autocomplete
	NotThere      Trouble = "this person does not see that on the screen" // a test names what is not, or no longer, shown
	NotOffered    Trouble = "Discord offers this command to nobody here"  // it is not registered for the place
	NotDelivered  Trouble = "Your message could not be delivered."        // a direct message to a bot that shares no guild
	NotMember     Trouble = "this person cannot read or write here"       // a guild or channel that is closed to them
	NoForm        Trouble = "this person has no form open"                // to submit or close
)

// FieldErrors is what stands at the fields of a form that Discord's client did not send, by custom_id.
type FieldErrors map[string]string

func (e FieldErrors) Error() string {
	return fmt.Sprintf("the form shows errors at its fields: %q", map[string]string(e))
}

// Place is where a person acts: a channel or a thread by its id, the direct message with the bot where Channel is empty.
// Message is the message on which they press something, public or private.
type Place struct{ Channel, Message string }

// Option is what a person fills into an option of a command: Value is text, a number, a switch or an id, as they would type it.
type Option struct{ Name, Value string }

// Choice is what autocomplete proposes.
type Choice struct{ Name, Value string }

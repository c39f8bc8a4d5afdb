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

// Command uses a slash command by its name, subcommands behind it: "greenroom schedule add". It must be registered for the place.
func (f *Fake) Command(user string, in Place, name string, options ...Option) error {
	return NotOffered
}

// Type types the last of options into a command and gives what the app proposes for it.
func (f *Fake) Type(user string, in Place, name string, options ...Option) ([]Choice, error) {
	return nil, NotOffered
}

// Click presses a button of in.Message, named by its label or its custom_id, in this order.
func (f *Fake) Click(user string, in Place, button string) error { return NotThere }

// ClickOld presses a button that in.Message showed before it was edited: the person's client has not drawn it anew yet.
func (f *Fake) ClickOld(user string, in Place, button string) error { return NotThere }

// Choose picks in a select of in.Message, named by its custom_id.
func (f *Fake) Choose(user string, in Place, menu string, values ...string) error { return NotThere }

// Submit fills in the open form by custom_id and sends it. Fields that are not named keep what stands in them.
func (f *Fake) Submit(user string, values map[string][]string) error { return NoForm }

// CloseForm closes the open form; the app hears nothing.
func (f *Fake) CloseForm(user string) error { return NoForm }

// DM writes a direct message to the bot and gives its id.
func (f *Fake) DM(user, text string) (string, error) { return "", NotDelivered }

// Say writes a message in a channel or thread and gives its id; the bot is mentioned where text has its name as <@ID>.
func (f *Fake) Say(user string, in Place, text string) (string, error) { return "", NotMember }

// Mention is Say with the bot's mention before the text.
func (f *Fake) Mention(user string, in Place, text string) (string, error) {
	return f.Say(user, in, "<@"+f.cfg.AppID+"> "+text)
}

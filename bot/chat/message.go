package chat

import "time"

// Message is blocks and buttons, never one string. It is plain data: it is stored in the outbox as JSON.
type Message struct {
	Blocks  []Block  `json:"blocks,omitempty"`
	Buttons []Button `json:"buttons,omitempty"`
	After   []Block  `json:"after,omitempty"` // what stands below the buttons: small print
	Topic   string   `json:"topic,omitempty"` // what a question is about, for a place that files messages by it
}

// BlockKind says how a block is drawn.
type BlockKind string

const (
	MarkdownBlock BlockKind = "markdown" // Text: CommonMark of a bank, with LaTeX; Strong draws it as a heading would be
	LineBlock     BlockKind = "line"     // Spans
	ListBlock     BlockKind = "list"     // Items; Numbered
	RowsBlock     BlockKind = "rows"     // Rows of cells; the first row is the head
	CodeBlock     BlockKind = "code"     // Text, Lang
	PictureBlock  BlockKind = "picture"  // Text is the address within the bot's pages, Alt says what it shows
)

// Block is one block of a message. Which fields count depends on Kind.
type Block struct {
	Kind     BlockKind  `json:"kind"`
	Text     string     `json:"text,omitempty"`
	Lang     string     `json:"lang,omitempty"`
	Alt      string     `json:"alt,omitempty"`
	Strong   bool       `json:"strong,omitempty"`
	Numbered bool       `json:"numbered,omitempty"`
	Spans    []Span     `json:"spans,omitempty"`
	Items    [][]Span   `json:"items,omitempty"`
	Rows     [][][]Span `json:"rows,omitempty"`
}

// SpanKind says whose text a span is and how it is shown.
type SpanKind string

const (
	WordsSpan   SpanKind = "words"   // ours
	LiteralSpan SpanKind = "literal" // a person's or a bank's plain text, shown as typed: inert on every platform
	WhoSpan     SpanKind = "who"     // a member, by the name that the platform shows; notifies only with Ping
	WhenSpan    SpanKind = "when"    // an instant, in the reader's own zone where the platform can
	CodeSpan    SpanKind = "code"    // inline code, shown as typed
	ChannelSpan SpanKind = "channel" // a channel, by its name: Text is the Channel
	InviteSpan  SpanKind = "invite"  // what a person does to bring the bot into a channel, as each platform has it: Text is the Channel
)

// WhenStyle says how an instant is shown.
type WhenStyle string

const (
	TimeOnly WhenStyle = "time"     // 09:00
	DayTime  WhenStyle = "day"      // Tue 24 Nov, 09:00
	DayOnly  WhenStyle = "date"     // Tue 24 Nov
	Relative WhenStyle = "relative" // in 3 hours
)

// Span is a piece of a line.
type Span struct {
	Kind   SpanKind  `json:"kind"`
	Text   string    `json:"text,omitempty"`
	Strong bool      `json:"strong,omitempty"`
	Member Member    `json:"member,omitempty"`
	Ping   bool      `json:"ping,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Zone   string    `json:"zone,omitempty"` // When: the zone in which to write it where the platform cannot use the reader's
	Style  WhenStyle `json:"style,omitempty"`
}

// Constructors, so that the engine's sentences read as sentences.

// Words are ours.
func Words(s string) Span { return Span{Kind: WordsSpan, Text: s} }

// Strong are our words, stressed.
func Strong(s string) Span { return Span{Kind: WordsSpan, Text: s, Strong: true} }

// Literal is a person's text, shown as typed.
func Literal(s string) Span { return Span{Kind: LiteralSpan, Text: s} }

// Code is inline code.
func Code(s string) Span { return Span{Kind: CodeSpan, Text: s} }

// Who names a member without notifying.
func Who(m Member) Span { return Span{Kind: WhoSpan, Member: m} }

// Ping names a member and notifies them. Only a duel, a pairing and a nudge may.
func Ping(m Member) Span { return Span{Kind: WhoSpan, Member: m, Ping: true} }

// In names a channel.
func In(c Channel) Span { return Span{Kind: ChannelSpan, Text: string(c)} }

// Invite says how to bring the bot into a channel, as the rest of "To fix it: …".
func Invite(c Channel) Span { return Span{Kind: InviteSpan, Text: string(c)} }

// When shows an instant; zone is the IANA zone to write it in where the platform cannot use the reader's own.
func When(t time.Time, style WhenStyle, zone string) Span {
	return Span{Kind: WhenSpan, At: t, Style: style, Zone: zone}
}

// Say is a line of spans.
func Say(spans ...Span) Block { return Block{Kind: LineBlock, Spans: spans} }

// Text is a line of our words.
func Text(s string) Block { return Say(Words(s)) }

// List is a bulleted list.
func List(items ...[]Span) Block { return Block{Kind: ListBlock, Items: items} }

// Markdown is text of a bank.
func Markdown(s string) Block { return Block{Kind: MarkdownBlock, Text: s} }

// Heading is text of a bank that is shown as strongly as a heading: a question.
func Heading(s string) Block { return Block{Kind: MarkdownBlock, Text: s, Strong: true} }

// Button is one thing a member can do with a message.
type Button struct {
	Label string `json:"label"` // a verb, with its price; distinct in its message
	Value Value  `json:"value"`
	Main  bool   `json:"main,omitempty"` // the one that most will want
}

// Form asks for up to five things at once.
type Form struct {
	Title  string  // at most 24 characters
	Intro  []Block // shown above the fields; counts as one of the five where present
	Fields []Field
	Submit string // label of the button, at most 24 characters
	Value  Value  // comes back with the submission
}

// FieldKind says how a field is filled.
type FieldKind string

const (
	ShortField FieldKind = "short" // one line
	LongField  FieldKind = "long"  // several lines
	OneField   FieldKind = "one"   // one of Choices
	ManyField  FieldKind = "many"  // any of Choices

	// ChannelField is a channel of the workspace, which comes back as Text writes it: <#ID>, or as it was typed where a
	// platform has nothing to choose it with.
	ChannelField FieldKind = "channel"
)

// Field is one thing that a form asks for.
type Field struct {
	Name     string
	Label    string // at most 45 characters
	Hint     string // at most 100 characters
	Kind     FieldKind
	Value    string   // what stands there at first: for Short and Long
	Chosen   []string // what is chosen at first: for One and Many
	Choices  []Choice
	Optional bool
	Max      int // in characters: for Short and Long; 0 means MaxAnswer
}

// Choice is one of several.
type Choice struct {
	Label string // at most 75 characters, distinct in its field
	Value string // at most 75 bytes
}

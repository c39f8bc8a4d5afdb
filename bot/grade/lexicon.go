package grade

import "strings"

// The word lists of English answers. They are short on purpose: a word that is missing costs a little weight, a word
// that is wrongly here costs a point.

// set reads a list of words.
func set(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// class says what a word does in a sentence, beside carrying content; one word may be several.
type class uint8

const (
	stop     class = 1 << iota // carries no content
	filler                     // said around an answer, above all by those who dictate it
	negator                    // turns what follows it round
	breaker                    // ends the reach of a negation as a comma does
	denier                     // with "that" or "to" behind it denies the sentence: "it is wrong to say"
	affirmer                   // a denier after a negator: "it is not true that"
	claimer                    // that "that" or "to"
	opener                     // the first word of a phrase
)

// classes of all words that have one.
var classes = classify(map[class]string{
	stop: stopWords, filler: fillers, negator: negators, breaker: breakers, denier: deniers, affirmer: affirmers,
	claimer: "that to",
})

func classify(lists map[class]string) map[string]class {
	m := map[string]class{}
	for c, list := range lists {
		for w := range strings.FieldsSeq(list) {
			m[w] |= c
		}
	}
	for w := range phrases {
		m[w] |= opener
	}
	return m
}

const stopWords = `a an the this that these those there here it its itself i me my we us our you your he him his she her
they them their one ones who whom whose which what when where why how and or but if then else so as than because since
while whereas although though until unless of in on at by for from to into onto with within about over under between
through during before after above below up down out off again further once be is am are was were been being do does did
done doing have has had having will would shall should can could may might must ought not no nor never neither none
without cannot also too very just only even such same own both each every any some all most more less much many few other
another isnt arent wasnt werent dont doesnt didnt hasnt havent hadnt wont wouldnt shouldnt cant couldnt
mustnt wihtout whitout dosent doesent ie eg etc via per im youre theyre thats whats lets ive`

const fillers = `um uh er erm hmm well ok okay yeah yes basically actually really honestly literally like guess
think believe suppose maybe perhaps probably sorry please thing things stuff something anything everything lot lots
quite pretty simply obviously course know say said`

// lightWords, by stem, carry little: they stand in answers to any question.
var lightWords = set(`use make take give get let allow enabl provid offer support help need want work go come put keep way
case exampl instanc mean call includ involv requir ensur perform achiev lead result differ import good better best well
new type kind form certain various particular general typic common usual often first second main key time featur
effici effect proper easi easier possibl abil abl becom run happen purpos term concept idea aspect refer relat base
due thus therefor howev instead multipl sever number improv enhanc specif util leverag crucial fundament essenti
extens primarili signific facilit overal power robust seamless ideal suit wide respons play role core central thereby
paradigm approach manner implement describ explain handl oper standard develop advantag benefit`)

const negators = `not no never neither nor none without cannot isnt arent wasnt werent dont doesnt didnt hasnt havent
hadnt wont wouldnt shouldnt cant couldnt mustnt non hardly wihtout whitout dosent doesent`

const (
	breakers  = "but while whereas because and so when until since if instead cause cos coz cuz"
	deniers   = "false wrong incorrect untrue myth"
	affirmers = "true correct right case fact"
)

// phrases are written as one word before anything is compared.
var phrases = phraseTable(`last in first out = lifo
first in first out = fifo
input output = io
input and output = io
i o = io
a sync = async
a sync io = asyncio
async io = asyncio
c p u = cpu
a p i = api
at the same time = simultaneously
at once = simultaneously
in the meantime = simultaneously
in the mean time = simultaneously
input or output = io
big o = bigo
any number = unlimited
have to = need to
has to = needs to
had to = needed to
hand over = yield
hands over = yield
hand back = yield
hands back = yield
gives back control = yield control
gives up control = yield control
`)

type phrase struct{ from, to []string }

// phraseTable reads lines "from = to" into lists by first word, the longest first.
func phraseTable(lines string) map[string][]phrase {
	m := map[string][]phrase{}
	for line := range strings.Lines(lines) {
		from, to, _ := strings.Cut(line, "=")
		p := phrase{strings.Fields(from), strings.Fields(to)}
		list := m[p.from[0]]
		i := 0
		for i < len(list) && len(list[i].from) >= len(p.from) {
			i++
		}
		m[p.from[0]] = append(list[:i:i], append([]phrase{p}, list[i:]...)...)
	}
	return m
}

// joinPhrases replaces each phrase by what it means; the words keep the place of the whole phrase.
func joinPhrases(ws []word) []word {
	out := ws[:0]
	for i := 0; i < len(ws); {
		p := phraseAt(ws[i:])
		if p == nil {
			out = append(out, ws[i])
			i++
			continue
		}
		w := ws[i]
		w.end = ws[i+len(p.from)-1].end
		i += len(p.from)
		for _, text := range p.to {
			w.text, w.class = text, classes[text]
			out = append(out, w)
		}
	}
	return out
}

// phraseAt is the phrase at the start of ws; none is replaced by more words than it has.
func phraseAt(ws []word) *phrase {
	if ws[0].class&opener == 0 {
		return nil
	}
	list := phrases[ws[0].text]
next:
	for k := range list {
		p := &list[k]
		if len(p.from) > len(ws) {
			continue
		}
		for j, f := range p.from {
			if ws[j].text != f || ws[j].sentence != ws[0].sentence {
				continue next
			}
		}
		return p
	}
	return nil
}

// sameAs gives abbreviations their whole word.
var sameAs = map[string]string{
	"async": "asynchronous", "sync": "synchronous", "db": "database", "dbs": "databases", "config": "configuration",
	"func": "function", "funcs": "functions", "fn": "function", "def": "define", "param": "parameter", "params": "parameters",
	"arg": "argument", "args": "arguments", "var": "variable", "vars": "variables", "ref": "reference", "refs": "references",
	"obj": "object", "impl": "implementation", "auth": "authentication", "app": "application", "apps": "applications",
	"repo": "repository", "repos": "repositories", "perf": "performance", "concurrency": "concurrent", "coro": "coroutine",
	"coros": "coroutines", "mem": "memory", "msg": "message", "msgs": "messages", "req": "request", "reqs": "requests",
	"lib": "library", "libs": "libraries", "ops": "operations", "op": "operation", "exec": "execute", "init": "initialize",
	"env": "environment", "os": "system", "indices": "index", "indexes": "index", "2nd": "second", "1st": "first",
	"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "ten": "10", "hundred": "100",
}

// irregular forms that no stemmer knows.
var irregular = forms(`freeze froze frozen
run ran
write wrote written
send sent
hold held
keep kept
catch caught
build built
lose lost
throw threw thrown
break broke broken
wake woke woken
sleep slept
begin began begun
choose chose chosen
take took taken
give gave given
make made
find found
hide hid hidden
know knew known
grow grew grown
fall fell fallen
lead led
spend spent
feed fed
shrink shrank shrunk
steal stole stolen
forget forgot forgotten
mean meant
lie lay lain
`)

// forms reads lines of one word's forms, the word itself first.
func forms(lines string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		for _, form := range f[1:] {
			m[form] = f[0]
		}
	}
	return m
}

// groups are words that say nearly the same in a technical answer. A word stands in one group at most.
var groups = synonyms(`
simultaneous concurrent interleave meanwhile
wait idle pending
pause suspend yield
resume continue
orchestrate coordinate manage schedule
exception error fault failure
handle catch
function method routine
operation task job
network socket
fast quick speed
reduce lower decrease
increase raise grow higher
create make build construct
delete remove drop erase
begin start launch spawn initiate
run execute
end stop finish terminate complete
keyword syntax
efficient optimal economical
scale scalable scalability
responsive interactive
storage disk
retrieve fetch obtain
send transmit
receive accept
modify change alter update
verify validate check
secret password credential
copy duplicate replicate
limit restrict bound
heavy intensive
compute calculate
combine merge aggregate collect gather
whole entire
large big huge
small tiny little
show display
choose select pick
`)

// synonyms reads one group a line; a word that an earlier line has stays there.
func synonyms(lines string) map[string]int {
	m := map[string]int{}
	st := newStemmer()
	n := 0
	for line := range strings.Lines(lines) {
		n++
		for w := range strings.FieldsSeq(line) {
			stem := st.stem(w)
			if _, taken := m[stem]; !taken {
				m[stem] = n
			}
		}
	}
	return m
}

// lookalikes are pairs that a slip or a common beginning would take for one word. Opposites that begin differently
// (push and pop, synchronous and asynchronous) never match: a typo keeps its first letter.
var lookalikes = pairs(`minimize maximize minimise maximise minimum maximum internal internet interface interact
public publish transaction translation transaction transition command comment content context share shard parse pause
look lock text test node note class clash token take print point store score block black stack slack layer later
least lease crash crush thread threat server sever compute commute stateful stateless`)

// pairs reads two words at a time into stems that must not match.
func pairs(list string) map[[2]string]bool {
	m := map[[2]string]bool{}
	st := newStemmer()
	f := strings.Fields(list)
	for i := 0; i+1 < len(f); i += 2 {
		a, b := st.stem(f[i]), st.stem(f[i+1])
		m[[2]string{a, b}], m[[2]string{b, a}] = true, true
	}
	return m
}

package gateway

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// trouble gathers what is wrong with shards into what the operator is told. It names nobody.
type trouble struct {
	tell func(string)

	mu    sync.Mutex
	of    int            // shards
	wrong map[int]string // by shard
	told  string
	begun bool // something was told
}

// everyShard stands for all of them.
const everyShard = -1

const unreachable = "Discord's gateway cannot be reached; Greenroom goes on trying: see whether this machine reaches discord.com, and discordstatus.com"

func newTrouble(tell func(string)) *trouble { return &trouble{tell: tell, wrong: map[int]string{}} }

// shards says how many there are.
func (t *trouble) shards(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of = n
}

// set says what is wrong with a shard; "" when nothing is.
func (t *trouble) set(shard int, sentence string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if sentence == "" {
		delete(t.wrong, shard)
	} else {
		t.wrong[shard] = sentence
	}
	if text := t.text(); text != t.told || !t.begun {
		t.told, t.begun = text, true
		t.tell(text)
	}
}

// text says every trouble once, with the shards that have it.
func (t *trouble) text() string {
	var sentences []string
	who := map[string][]string{}
	for _, shard := range slices.Sorted(maps.Keys(t.wrong)) {
		sentence := t.wrong[shard]
		if who[sentence] == nil {
			sentences = append(sentences, sentence)
		}
		who[sentence] = append(who[sentence], strconv.Itoa(shard))
	}
	for i, sentence := range sentences {
		if t.wrong[everyShard] != sentence && len(who[sentence]) < t.of {
			sentences[i] = fmt.Sprintf("%s (shard %s of %d)", sentence, strings.Join(who[sentence], ", "), t.of)
		}
	}
	return strings.Join(sentences, "; ")
}

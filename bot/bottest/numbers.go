package bottest

import (
	"slices"
	"testing"
)

// Numbers counts the messages of each channel from 1, as scripts name them, and those of each thread. Channels and messages are
// known by their platform's ids, a message by one that is unique in its channel. The zero Numbers has counted nothing.
type Numbers struct {
	posts   map[string][]string // by channel, oldest first
	replies map[string]int      // by channel and parent
}

// Post counts a message of a channel.
func (n *Numbers) Post(channel, id string) {
	if n.posts == nil {
		n.posts = map[string][]string{}
	}
	n.posts[channel] = append(n.posts[channel], id)
}

// Undo is a message being taken away by the bot that has just posted it. One that people remove keeps its number.
func (n *Numbers) Undo(channel, id string) {
	n.posts[channel] = slices.DeleteFunc(n.posts[channel], func(one string) bool { return one == id })
}

// Of is a message's number; 0 for one that was not counted.
func (n *Numbers) Of(channel, id string) int { return 1 + slices.Index(n.posts[channel], id) }

// At is the message with a number.
func (n *Numbers) At(channel string, number int) (id string, ok bool) {
	if number < 1 || number > len(n.posts[channel]) {
		return "", false
	}
	return n.posts[channel][number-1], true
}

// threadBudget is how many messages the bot may write under a post.
const threadBudget = 4

// Reply counts a message in a thread and fails the test where the bot makes too much noise.
func (n *Numbers) Reply(t *testing.T, channel, parent string) {
	t.Helper()
	if n.replies == nil {
		n.replies = map[string]int{}
	}
	if n.replies[channel+" "+parent]++; n.replies[channel+" "+parent] > threadBudget {
		t.Errorf("more than %d messages in the thread of %s", threadBudget, parent)
	}
}

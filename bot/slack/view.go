package slack

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// view is what a payload tells of the modal or home page in which something was done.
type view struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Hash     string `json:"hash"`
	Root     string `json:"root_view_id"`
	Previous string `json:"previous_view_id"`
	Metadata string `json:"private_metadata"`
	Title    struct {
		Text string `json:"text"`
	} `json:"title"`
	Installed string `json:"app_installed_team_id"`
	State     struct {
		Values map[string]map[string]struct {
			Value  string `json:"value"`
			Option struct {
				Value string `json:"value"`
			} `json:"selected_option"`
			Options []struct {
				Value string `json:"value"`
			} `json:"selected_options"`
			Conversation string `json:"selected_conversation"`
		} `json:"values"`
	} `json:"state"`
}

// origin reads the private_metadata that a view of ours carries; a view of nobody has none.
func (v view) origin() (o Origin) {
	if json.Unmarshal([]byte(v.Metadata), &o) != nil {
		return Origin{}
	}
	return o
}

// title is what stands above a modal; empty for a home page, of which Slack sends a title that nobody sees ("View Title").
func (v view) title() string {
	if v.Type != "modal" {
		return ""
	}
	return v.Title.Text
}

// depth is how many views lie on one another, this one included.
func (v view) depth() int {
	switch {
	case v.ID == "" || v.Type != "modal":
		return 0
	case v.Previous == "":
		return 1
	case v.Previous == v.Root:
		return 2
	}
	return 3
}

// opened is when the view got its content. A submission says no time, but a view's hash begins with the second in
// which the view was last written (seen in docs.slack.dev's samples, not promised), and an event's time must be the same
// on each delivery. A hash that does not read so, or that is not of the last three days, gives the time of sending.
func (v view) opened(sent time.Time) time.Time {
	second, _, _ := strings.Cut(v.Hash, ".")
	n, err := strconv.ParseInt(second, 10, 64)
	at := time.Unix(n, 0).UTC()
	if err != nil || at.After(sent) || sent.Sub(at) > 72*time.Hour {
		return sent
	}
	return at
}

// fields reads what was filled in. Our inputs have their field's name as block_id and as action_id.
func (v view) fields() map[string][]string {
	fields := map[string][]string{}
	for name, block := range v.State.Values {
		in := block[name]
		values := []string{}
		for _, option := range in.Options {
			values = append(values, option.Value)
		}
		switch {
		case in.Option.Value != "":
			values = append(values, in.Option.Value)
		case in.Conversation != "":
			values = append(values, "<#"+in.Conversation+">")
		case in.Value != "":
			values = append(values, in.Value)
		}
		fields[name] = values
	}
	return fields
}

package slackfake

import "encoding/json"

func (c *call) viewsOpen() (map[string]any, *refusal) { return c.openOrPush(false) }
func (c *call) viewsPush() (map[string]any, *refusal) { return c.openOrPush(true) }

// openOrPush shows a modal to the person whose trigger it is. A view that is refused leaves the trigger as it was.
func (c *call) openOrPush(push bool) (map[string]any, *refusal) {
	id := c.args["trigger_id"]
	if id == "" {
		id = c.args["interactivity_pointer"]
	}
	if id == "" {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: trigger_id [json-pointer:]")
	}
	v, refused := parseView(json.RawMessage(c.args["view"]))
	if refused != nil {
		return nil, refused
	}
	t, refused := c.wire.redeem(id)
	switch {
	case refused != nil:
		return nil, refused
	case t.workspace != c.w: // another workspace's token
		return nil, refuse("invalid_trigger_id")
	}
	m := c.w.people[t.user]
	if refused := c.w.mayOpen(m, v, push); refused != nil {
		return nil, refused
	}
	c.w.put(m, v, push)
	return c.view(v), nil
}

func (c *call) view(v *View) map[string]any { return map[string]any{"view": v.json(c.Fake, c.w)} }

func (c *call) viewsUpdate() (map[string]any, *refusal) {
	name := c.args["view_id"]
	if name == "" {
		name = c.args["external_id"]
	}
	if name == "" {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: view_id or external_id [json-pointer:]")
	}
	v, _ := c.w.findView(name)
	if v == nil {
		return nil, refuse("not_found")
	}
	v, refused := c.w.updateView(v, json.RawMessage(c.args["view"]), c.args["hash"])
	if refused != nil {
		return nil, refused
	}
	return c.view(v), nil
}

func (c *call) viewsPublish() (map[string]any, *refusal) {
	m := c.w.people[c.args["user_id"]]
	if m == nil || m.Bot {
		return nil, refuse("invalid_arguments", "invalid `user_id`")
	}
	v, refused := c.w.publishView(m, json.RawMessage(c.args["view"]), c.args["hash"])
	if refused != nil {
		return nil, refused
	}
	return c.view(v), nil
}

package slackfake

import (
	"cmp"
	"time"
)

// usersInfo is docs.slack.dev, users.info. A person of a connected workspace carries that one's team_id and is a stranger.
func (c *call) usersInfo() (map[string]any, *refusal) {
	p := c.w.people[c.args["user"]]
	if p == nil {
		return nil, refuse("user_not_found")
	}
	u := p.json(c.cfg.Now(), c.w)
	if c.args.flag("include_locale") {
		u["locale"] = cmp.Or(p.Locale, "en-US")
	}
	return map[string]any{"user": u}, nil
}

// json is a person as Slack's user object, without the locale.
func (p Person) json(now time.Time, w *Workspace) map[string]any {
	zone := p.zone()
	label, offset := now.In(zone).Zone()
	return map[string]any{
		"id": p.ID, "team_id": cmp.Or(p.Home, w.id), "name": p.Name, "real_name": p.Name, "deleted": p.Gone,
		"profile": map[string]any{"display_name": p.Name, "real_name": p.Name, "team": cmp.Or(p.Home, w.id)},
		"tz":      zone.String(), "tz_label": label, "tz_offset": offset,
		"is_admin": p.Admin || p.Owner, "is_owner": p.Owner, "is_primary_owner": false, // Slack: every owner is an admin too
		"is_restricted": p.Guest, "is_ultra_restricted": false, "is_stranger": p.Home != "", "is_bot": p.Bot, "is_app_user": false,
		"updated": now.Unix(),
	}
}

// zone is a person's time zone.
func (p Person) zone() *time.Location {
	zone, err := time.LoadLocation(cmp.Or(p.TZ, "Etc/UTC"))
	if err != nil {
		panic("slackfake: a test gives person " + p.ID + " a zone that does not exist: " + err.Error())
	}
	return zone
}

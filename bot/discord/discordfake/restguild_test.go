package discordfake

import "testing"

func TestGuildReads(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	c := newClient(t, f)
	players := g.SetRole("Players", 0)
	g.AddMember(Person{ID: samID, Name: "Sam", Roles: []string{"Players"}})
	if got := c.want(200, 0, "GET", "guilds/"+hillID, nil).object(); got["id"] != hillID {
		t.Errorf("guild %v", got)
	}
	if got := c.want(200, 0, "GET", "guilds/"+hillID+"/channels", nil).list(); len(got) != 1 || object(got[0])["id"] != prepID {
		t.Errorf("channels %v", got)
	}
	if got := c.want(200, 0, "GET", "guilds/"+hillID+"/roles", nil).list(); len(got) != 4 { // everyone, Managers, the app's, Players
		t.Errorf("roles %v", got)
	}
	sam := c.want(200, 0, "GET", "guilds/"+hillID+"/members/"+samID, nil).object()
	if roles, _ := sam["roles"].([]any); len(roles) != 1 || roles[0] != players || object(sam["user"])["global_name"] != "Sam" {
		t.Errorf("member %v", sam)
	}
	c.want(404, 10007, "GET", "guilds/"+hillID+"/members/"+solID, nil)
	c.want(404, 10013, "GET", "guilds/"+hillID+"/members/77", nil)
	c.want(404, 10004, "GET", "guilds/77", nil)
	c.want(200, 0, "GET", "users/"+solID, nil)
	c.want(404, 10013, "GET", "users/77", nil)

	f.AddGuild("200000000000000002").Install()
	if got := c.want(200, 0, "GET", "users/@me/guilds?limit=1", nil).list(); len(got) != 1 || object(got[0])["id"] != hillID {
		t.Errorf("guilds %v", got)
	}
	if got := c.want(200, 0, "GET", "users/@me/guilds?after="+hillID, nil).list(); len(got) != 1 || object(got[0])["id"] != "200000000000000002" {
		t.Errorf("guilds %v", got)
	}
	c.want(400, 50035, "GET", "users/@me/guilds?limit=201", nil)
	c.want(204, 0, "DELETE", "users/@me/guilds/"+hillID, nil)
	c.want(404, 10004, "GET", "guilds/"+hillID, nil)

	f.SetApplication(map[string]any{"bot_public": false})
	app := c.want(200, 0, "GET", "applications/@me", nil).object()
	if app["id"] != f.AppID() || app["bot_public"] != false || number(app["approximate_guild_count"]) != 1 {
		t.Errorf("application %v", app)
	}
	c.want(200, 0, "PATCH", "applications/@me", map[string]any{"interactions_endpoint_url": "https://example.org/discord"})
	if got := c.want(200, 0, "GET", "oauth2/applications/@me", nil).object()["interactions_endpoint_url"]; got != "https://example.org/discord" {
		t.Errorf("endpoint %v", got)
	}
}

// TestRights: Discord's order of roles and overwrites.
func TestRights(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	g.SetRole("Quiet", 0)
	g.SetRole("Loud", 0)
	g.AddMember(Person{ID: samID, Name: "Sam", Roles: []string{"Quiet", "Loud"}})
	can := func(p Permission) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.channels[prepID].can(f.people[samID], p)
	}
	for _, x := range []struct {
		name       string
		overwrites []Overwrite
		want       bool
	}{
		{"nothing said", nil, true},
		{"everyone denied", []Overwrite{{Role: "@everyone", Deny: SendMessages}}, false},
		{"a role goes before everyone", []Overwrite{{Role: "Loud", Allow: SendMessages}, {Role: "@everyone", Deny: SendMessages}}, true},
		{"one role's allow beats another's deny", []Overwrite{{Role: "Loud", Allow: SendMessages}, {Role: "Quiet", Deny: SendMessages}}, true},
		{"the member goes before roles", []Overwrite{{Member: samID, Deny: SendMessages}, {Role: "Loud", Allow: SendMessages}}, false},
		{"who sees nothing does nothing", []Overwrite{{Member: samID, Deny: ViewChannel, Allow: SendMessages}}, false},
	} {
		g.SetOverwrites(prepID, x.overwrites...)
		if can(SendMessages) != x.want {
			t.Errorf("%s: %t", x.name, !x.want)
		}
	}
	g.SetOverwrites(prepID, Overwrite{Role: "@everyone", Deny: SendMessages})
	if can(AttachFiles) || can(EmbedLinks) {
		t.Error("who cannot send attaches")
	}
	g.SetRole("Loud", Administrator)
	if !can(SendMessages | ManageChannels) {
		t.Error("an administrator is held back")
	}
}

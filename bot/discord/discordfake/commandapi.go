package discordfake

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// commandRoutes are the endpoints of slash commands, global and of a guild (docs.discord.com, Application Commands).
var commandRoutes = slices.Concat(commandsBelow("applications/{app}/commands"), commandsBelow("applications/{app}/guilds/{guild}/commands"))

func commandsBelow(path string) []route {
	l := limit{group: "commands", major: "guild", n: 5, every: 20 * time.Second}
	return []route{
		{method: "GET", path: path, limit: limit{group: "read commands", major: "guild"}, serve: (*Fake).listCommands},
		{method: "POST", path: path, limit: l, serve: (*Fake).postCommand},
		{method: "PUT", path: path, limit: l, serve: (*Fake).putCommands},
		{method: "GET", path: path + "/{command}", limit: limit{group: "read commands", major: "guild"}, serve: (*Fake).getCommand},
		{method: "PATCH", path: path + "/{command}", limit: l, serve: (*Fake).patchCommand},
		{method: "DELETE", path: path + "/{command}", limit: l, serve: (*Fake).deleteCommand},
	}
}

// commandScope is the commands that a request is about.
func (f *Fake) commandScope(c *call) (*commandList, *refusal) {
	if refused := f.mine(c); refused != nil {
		return nil, refused
	}
	if id := c.vars["guild"]; id != "" {
		if g := f.guilds[id]; g == nil || !g.installed {
			return nil, refuse(50001)
		}
	}
	return f.commandList(c.vars["guild"]), nil
}

// commandOf is the command that a request names, by its place.
func (f *Fake) commandOf(c *call) (*commandList, int, *refusal) {
	l, refused := f.commandScope(c)
	if refused != nil {
		return nil, 0, refused
	}
	i := l.at(func(old map[string]any) bool { return old["id"] == c.vars["command"] })
	if i < 0 {
		return nil, 0, refuse(10063)
	}
	return l, i, nil
}

func (f *Fake) listCommands(c *call) (int, any, *refusal) {
	l, refused := f.commandScope(c)
	if refused != nil {
		return 0, nil, refused
	}
	all := []any{}
	for _, one := range l.all {
		if c.query.Get("with_localizations") != "true" {
			one = maps.Clone(one)
			delete(one, "name_localizations")
			delete(one, "description_localizations")
		}
		all = append(all, one)
	}
	return http.StatusOK, all, nil
}

func (f *Fake) getCommand(c *call) (int, any, *refusal) {
	l, i, refused := f.commandOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, l.all[i], nil
}

// postCommand creates a command, or replaces the one of that name and type.
func (f *Fake) postCommand(c *call) (int, any, *refusal) {
	l, refused := f.commandScope(c)
	if refused != nil {
		return 0, nil, refused
	}
	var b map[string]any
	if refused := c.read(&b); refused != nil {
		return 0, nil, refused
	}
	wrong := fieldErrors{}
	checkCommand(b, wrong, "")
	if refused := wrong.refusal(); refused != nil {
		return 0, nil, refused
	}
	if i := l.named(b); i >= 0 {
		l.all[i] = f.complete(b, text(l.all[i]["id"]), c.vars["guild"])
		return http.StatusOK, l.all[i], nil
	}
	if !l.room(kindOf(b)) {
		return 0, nil, refuse(30032)
	}
	if now := f.cfg.Now(); !l.count(now) {
		return 0, nil, later(30034, l.creates.ends.Sub(now))
	}
	made := f.complete(b, f.id(), c.vars["guild"])
	l.all = append(l.all, made)
	return http.StatusCreated, made, nil
}

// putCommands replaces all commands. One whose name and type stand already keeps its id and counts as no creation.
func (f *Fake) putCommands(c *call) (int, any, *refusal) {
	l, refused := f.commandScope(c)
	if refused != nil {
		return 0, nil, refused
	}
	var bodies []map[string]any
	if refused := c.read(&bodies); refused != nil {
		return 0, nil, refused
	}
	next := &commandList{creates: l.creates}
	wrong := fieldErrors{}
	for i, b := range bodies {
		path := strconv.Itoa(i)
		checkCommand(b, wrong, path)
		if next.named(b) >= 0 {
			wrong.add(path, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		if !next.room(kindOf(b)) {
			return 0, nil, refuse(30032)
		}
		id := ""
		if old := l.named(b); old >= 0 {
			id = text(l.all[old]["id"])
		} else if now := f.cfg.Now(); !next.count(now) {
			return 0, nil, later(30034, next.creates.ends.Sub(now))
		} else {
			id = f.id()
		}
		next.all = append(next.all, f.complete(b, id, c.vars["guild"]))
	}
	if refused := wrong.refusal(); refused != nil {
		return 0, nil, refused
	}
	f.rest.commands[c.vars["guild"]] = next
	return f.listCommands(c)
}

func (f *Fake) patchCommand(c *call) (int, any, *refusal) {
	l, i, refused := f.commandOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	var b map[string]any
	if refused := c.read(&b); refused != nil {
		return 0, nil, refused
	}
	changed := maps.Clone(l.all[i])
	maps.Copy(changed, b)
	changed["type"] = kindOf(l.all[i]) // it cannot be changed
	wrong := fieldErrors{}
	checkCommand(changed, wrong, "")
	if other := l.named(changed); other >= 0 && other != i {
		wrong.add("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
	}
	if refused := wrong.refusal(); refused != nil {
		return 0, nil, refused
	}
	l.all[i] = f.complete(changed, text(l.all[i]["id"]), c.vars["guild"])
	return http.StatusOK, l.all[i], nil
}

func (f *Fake) deleteCommand(c *call) (int, any, *refusal) {
	l, i, refused := f.commandOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	l.all = slices.Delete(l.all, i, i+1)
	return http.StatusNoContent, nil, nil
}

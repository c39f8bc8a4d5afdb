package quiz

import (
	"slices"
	"strings"

	"greenroom/bot/chat"
	"greenroom/bot/when"
)

func settingsFeature() feature {
	return feature{
		lines: map[string]command{"settings": {
			usage: "settings", says: "your name on the board, your data; for managers: settings zone Europe/Berlin, settings managers @name",
			choose: settingsCommand,
		}},
		looks: map[string]func(*look) (chat.Reply, error){
			"settings": func(l *look) (chat.Reply, error) { return l.settings(nil) },
		},
	}
}

func settingsCommand(words []string) command {
	verb := ""
	if len(words) > 0 {
		verb = strings.ToLower(words[0])
	}
	switch verb {
	case "":
		return command{look: (*look).settings}
	case "data":
		return command{look: (*look).data}
	case "zone":
		return command{step: (*step).settingsZone}
	case "managers":
		return command{step: (*step).settingsManagers}
	case "name":
		return command{step: (*step).settingsName}
	default:
		return command{look: func(*look, []string) (chat.Reply, error) {
			line := "settings " + verb
			return tell(unknownVerb(line, nearest(line, settingsVerbs()))), nil
		}}
	}
}

func settingsVerbs() []string {
	return []string{"settings name", "settings data", "settings zone", "settings managers"}
}

func (l *look) settings([]string) (chat.Reply, error) {
	m, err := l.member(l.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	return tell(l.saySettings(m)), nil
}

func (s *step) settingsZone(words []string) (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	if len(words) < 2 {
		return s.settings(nil)
	}
	if _, err := when.Zone(words[1]); err != nil {
		return tell(plainly(sentence(err.Error()))), nil
	}
	s.ws.Zone = words[1]
	s.saveWorkspace()
	return tell(s.sayZone()), nil
}

// settingsManagers names who may change schedules and settings besides the platform's own managers: members, written as
// <@id> by platforms and @id by hand, and roles, written as <@&id>.
func (s *step) settingsManagers(words []string) (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	var named []chat.Member
	for _, w := range words[1:] {
		id, ok := memberOf(w)
		if !ok {
			id, ok = roleOf(w)
		}
		if !ok {
			return tell(managersByName(w)), nil
		}
		if !slices.Contains(named, id) {
			named = append(named, id)
		}
	}
	s.ws.Managers = named
	s.saveWorkspace()
	return tell(s.sayManagers()), nil
}

func (s *step) settingsName(words []string) (chat.Reply, error) {
	nick := strings.Join(words[1:], " ")
	switch strings.ToLower(nick) {
	case "":
		return s.settings(nil)
	case "me":
		return s.setBoardName(boardAsMe, "")
	case "hide", "hidden", "none":
		return s.setBoardName(boardHidden, "")
	}
	if len([]rune(nick)) > maxNick {
		return tell(plainly(nickNeeded())), nil
	}
	return s.setBoardName(boardAsNick, nick)
}

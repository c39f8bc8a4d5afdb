package quiz

import "greenroom/bot/chat"

func helpFeature() feature {
	return feature{
		lines: map[string]command{"help": {
			usage: "help", says: "this list", look: func(l *look, _ []string) (chat.Reply, error) { return tell(l.sayHelp()), nil },
		}},
		looks: map[string]func(*look) (chat.Reply, error){
			"help": func(l *look) (chat.Reply, error) { return tell(l.sayHelp()), nil },
		},
	}
}

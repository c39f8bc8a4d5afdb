package discord

import (
	"errors"
	"net/url"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// permission is one that Greenroom asks a guild for. docs/discord.md says what each is for.
type permission struct {
	Bit      int64
	Name     string // as Discord's settings call it
	Without  string // what it is like where it is not granted
	Optional bool
}

// permissions are the least with which everything works; nothing is asked for that would be used for nothing.
var permissions = []permission{
	{discordgo.PermissionViewChannel, "View Channels", "no channel is seen", false},
	{discordgo.PermissionSendMessages, "Send Messages", "nothing can be posted", false},
	{discordgo.PermissionCreatePublicThreads, "Create Public Threads", "follow-ups and results have no thread to stand in", false},
	{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads", "follow-ups and results cannot be posted", false},
	{discordgo.PermissionReadMessageHistory, "Read Message History", "a post that Discord left in doubt may stand twice", true},
	{discordgo.PermissionAttachFiles, "Attach Files", "a long answer comes in pages only, without answer.md", true},
}

// Invite is the link that adds an app to a guild, with the least permissions; guild, where it is not empty, is chosen already. With
// alone it adds the app to the member who opens it, for playing in direct messages (topics/oauth2, Bot Authorization Flow).
func Invite(app, guild string, alone bool) (string, error) {
	if _, ok := created(app); !ok {
		return "", errors.New("an app's id is a number of 17 to 20 digits: Application ID on the app's page General Information")
	}
	query := url.Values{"client_id": {app}}
	switch {
	case alone && guild != "":
		return "", errors.New("a link adds the app to one server or to one member; leave out either")
	case alone:
		query.Set("scope", "applications.commands")
		query.Set("integration_type", strconv.Itoa(int(discordgo.ApplicationIntegrationUserInstall)))
	default:
		query.Set("scope", "bot applications.commands")
		query.Set("permissions", strconv.FormatInt(asked(), 10))
	}
	if guild != "" {
		if _, ok := created(guild); !ok {
			return "", errors.New("a server's id is a number of 17 to 20 digits: Copy Server ID, which the developer mode adds to its menu")
		}
		query.Set("guild_id", guild)
		query.Set("disable_guild_select", "true")
	}
	return "https://discord.com/oauth2/authorize?" + query.Encode(), nil
}

// asked is the bit set of all permissions.
func asked() (bits int64) {
	for _, p := range permissions {
		bits |= p.Bit
	}
	return bits
}

// lacking are the permissions that a bit set does not have; who administers a guild lacks none.
func lacking(bits int64) []permission {
	if bits&discordgo.PermissionAdministrator != 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(permissions), func(p permission) bool { return bits&p.Bit != 0 })
}

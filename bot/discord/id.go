package discord

import (
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
)

// epoch is the first second of 2015, from which Discord's ids count milliseconds (docs.discord.com, Snowflakes).
const epoch = 1420070400000

// created is when the thing with this id was made: the same on each delivery.
func created(id string) (time.Time, bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC(), true
}

// platform comes before the first colon of every workspace: the shell finds the adapter by it.
const platform = "discord:"

// Guild is the workspace of a guild.
func Guild(id string) chat.Workspace { return chat.Workspace(platform + id) }

// Alone is the workspace of a member without a guild.
func Alone(user string) chat.Workspace { return chat.Workspace(platform + "@" + user) }

// guildOf is the guild of a workspace; empty for that of a member without a guild.
func guildOf(w chat.Workspace) string {
	id, _ := strings.CutPrefix(string(w), platform)
	if strings.HasPrefix(id, "@") {
		return ""
	}
	return id
}

// messageID names a message: its channel is needed to edit it, and that of a thread is not known from the action.
func messageID(channel, message string) chat.MessageID {
	return chat.MessageID(channel + "/" + message)
}

// A button in a direct message must name its workspace, because a direct message has no guild. Its custom_id is then an
// at sign, the id of the guild (of the member, for a workspace of their own) in eleven characters of base64, and the
// value: 12 + chat.MaxValue are the 100 that Discord takes.
const namedPrefix = 12

// customID writes a button's or form's value. workspace is empty where the place itself tells it.
func customID(v chat.Value, workspace chat.Workspace) string {
	if workspace == "" {
		return v.Encode()
	}
	of, _ := strings.CutPrefix(string(workspace), platform)
	n, err := strconv.ParseUint(strings.TrimPrefix(of, "@"), 10, 64)
	if err != nil {
		return v.Encode()
	}
	return "@" + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, n)) + v.Encode()
}

// splitID reads what customID wrote, for the member who used it; the workspace is empty where none is named. What is not
// ours is all value: ParseValue refuses it.
func splitID(s string, member chat.Member) (workspace chat.Workspace, value string) {
	if len(s) < namedPrefix || s[0] != '@' {
		return "", s
	}
	raw, err := base64.RawURLEncoding.DecodeString(s[1:namedPrefix])
	if err != nil {
		return "", s
	}
	id := strconv.FormatUint(binary.BigEndian.Uint64(raw), 10)
	if id == string(member) {
		return Alone(id), s[namedPrefix:]
	}
	return Guild(id), s[namedPrefix:]
}

// Package discord is the Discord adapter. It has a pure half, which reads payloads into events and draws messages, forms
// and replies as JSON bodies, and a half that connects. The pure half opens no connection and knows no clock. Limits and
// behaviour of Discord are from docs.discord.com and from its OpenAPI description, as noted where they are used.
//
// From Discord to the bot:
//
//   - gateway (a package of its own): the sessions; shards.go: what is kept of them.
//   - hooks.go: interactions over signed HTTP.
//   - decode.go (pure): a payload becomes an event, and the way of its reply.
//   - inbound.go: the way of one delivery, from the payload to the reply; traffic.go bounds how many are under way, turns.go has what one
//     person writes handled in order, redelivery.go leaves what was taken before; clock.go: what Discord's clock shows.
//   - members.go: rights, and the guild in which a member last acted, which no direct message tells; places.go: guilds and channels, known.go
//     keeps what Discord was asked about.
//   - news.go, guilds.go: guilds and channels that come and go.
//
// From the bot to Discord:
//
//   - rest (a package of its own): requests within Discord's limits.
//   - send.go, find.go: [Discord.Send] and [Discord.Find]; insist.go: a request is made again while nobody knows what became of
//     it; errors.go: what Discord's errors mean.
//   - threads.go, forum.go, direct.go: where messages stand; homes.go: nothing is posted in a channel of another guild; edits.go,
//     copies.go: changing and deleting them; pages_progress.go: how far a long one has come.
//   - reply.go (pure), response.go, reply_show.go: how a reply is shown, the one response that an interaction takes, and showing the rest;
//     excuse.go: what a person is told where it went wrong; late.go: what an earlier process has left unsaid.
//   - render.go, form.go (pure): messages and forms; markdown.go, escape.go: their text.
//   - pages.go, space.go (pure): a long message is cut into pages, and answerfile.go: the file with all of it; pages_private.go and
//     pages_keep.go: leafing through one in private.
//
// The app:
//
//   - discord.go: [Config], and what starts and stops in which order; forget.go: erasing what is kept about a member or a guild.
//   - commands.go, invite.go, doctor.go: the commands that Discord offers, the link that adds the app, and what is wrong
//     with a setup.
package discord

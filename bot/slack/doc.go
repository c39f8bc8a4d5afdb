// Package slack is the Slack adapter. It has a pure half, which reads payloads into events and draws messages, forms and
// replies as JSON bodies, and a half that connects. The pure half opens no connection and knows no clock. Limits and
// behaviour of Slack are from docs.slack.dev and from the official SDKs' builders (@slack/types 3.2.0), as noted where
// they are used.
//
// From Slack to the bot:
//
//   - socket.go, socket_link.go: Socket Mode, its connections and one of them.
//   - hooks.go, signature.go: signed HTTP.
//   - decode.go, view.go (pure): a payload becomes an event, and the way of its reply.
//   - inbound.go: the way of one delivery, from the payload to the reply; redelivery.go: what was answered before,
//     excuse.go: what a person is told where it went wrong.
//   - people.go: names, rights, zones and locales, which no payload tells.
//
// From the bot to Slack:
//
//   - send.go, find.go: [Slack.Send] and [Slack.Find]; api.go, pace.go: calls and their limits; errors.go: what Slack's
//     errors mean.
//   - reply.go (pure), reply_show.go: how a reply is shown, and showing it.
//   - render.go, form.go (pure): messages and forms; richtext.go draws their blocks, inert.go and mrkdwn.go keep what
//     people wrote from being markup.
//   - pages.go, space.go (pure): a long message is cut into pages; pages_progress.go: how many stand, pages_keep.go and
//     pages_private.go: leafing through one in private.
//
// The app and its workspaces:
//
//   - slack.go: [Config], and what starts and stops in which order.
//   - manifest.go, doctor.go: the app as Slack makes it, and what is wrong with a setup.
//   - installs.go, installs_watch.go: where the app is installed, and workspaces that come and go.
//   - oauth.go, refresh.go, keys.go: signing in, renewing tokens, and encrypting them.
//   - forget.go: erasing what is kept about a member or a workspace.
package slack

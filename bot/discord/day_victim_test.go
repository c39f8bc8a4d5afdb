package discord_test

import (
	"encoding/json"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/discord"
	"greenroom/store"
)

// victim is what the adapter of one life is made of.
type victim struct{ API, Token string }

// parts makes a life's adapter.
func parts(platform json.RawMessage, on campaign.Base) (campaign.Parts, error) {
	var v victim
	if err := json.Unmarshal(platform, &v); err != nil {
		return campaign.Parts{}, err
	}
	adapter, err := discord.New(discord.Config{DB: store.Space(on.DB, "discord"), Log: on.Log, Now: on.Clock.Now, Token: v.Token, API: v.API})
	if err != nil {
		return campaign.Parts{}, err
	}
	return campaign.Parts{Platforms: map[string]chat.Platform{"discord": adapter}}, nil
}

package slack_test

import (
	"encoding/json"
	"testing"

	"greenroom/bot/bottest/campaign"
	"greenroom/bot/chat"
	"greenroom/bot/slack"
	"greenroom/store"
)

// victim is what the adapter of one life is made of.
type victim struct {
	API      string
	AppToken string // empty: over HTTP
	Secret   string
	App      appConfig
}

type appConfig struct{ ID, Secret, Redirect, Keys string }

// parts makes a life's adapter.
func parts(platform json.RawMessage, on campaign.Base) (campaign.Parts, error) {
	var v victim
	if err := json.Unmarshal(platform, &v); err != nil {
		return campaign.Parts{}, err
	}
	keys, err := slack.ParseKeys(v.App.Keys)
	if err != nil {
		return campaign.Parts{}, err
	}
	adapter, err := slack.New(slack.Config{
		DB: store.Space(on.DB, "slack"), Log: on.Log, Now: on.Clock.Now, AppToken: v.AppToken, SigningSecret: v.Secret, API: v.API,
		App: &slack.App{ClientID: v.App.ID, ClientSecret: v.App.Secret, Redirect: v.App.Redirect, Keys: keys},
	})
	if err != nil {
		return campaign.Parts{}, err
	}
	return campaign.Parts{Platforms: map[string]chat.Platform{"slack": adapter}, Hooks: adapter.Hooks()}, nil
}

func newKeyring(t *testing.T) string {
	t.Helper()
	key, err := slack.NewKey("day")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

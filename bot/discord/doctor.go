package discord

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/discord/rest"
	"greenroom/bot/doctor"
	"greenroom/store"
)

// hooksPath is where Hooks takes interactions.
const hooksPath = "/discord/interactions"

// Examine looks at everything that must be right for an adapter with this configuration to work, in the order in which one thing
// rests on another. It changes nothing at Discord and needs neither Config.DB nor a running Greenroom; outside is the address at
// which Discord reaches the hooks, empty where it is not known.
func Examine(ctx context.Context, cfg Config, outside string) doctor.Findings {
	cfg.DB = store.NewMemory()
	cfg.Log = slog.New(slog.DiscardHandler)
	d, err := New(cfg)
	if err != nil {
		return doctor.Findings{{Verdict: doctor.Wrong, About: "settings", Found: err.Error(), Fix: "set what is missing; greenroom serve says the same"}}
	}
	defer d.rest.Close()
	e := examination{d: d, outside: strings.TrimSuffix(outside, "/")}
	way := http.DefaultTransport.(*http.Transport).Clone()
	if cfg.Dial != nil {
		way.DialContext, way.Proxy = cfg.Dial, nil
	}
	defer way.CloseIdleConnections()
	e.http = &http.Client{Transport: way, Timeout: 20 * time.Second}
	if !e.reach(ctx) {
		return e.findings
	}
	app, ok := e.token(ctx)
	if !ok {
		return e.findings
	}
	e.gateway(ctx)
	e.interactions(ctx, app)
	e.commands(ctx, app)
	e.guilds(ctx)
	return e.findings
}

type examination struct {
	d        *Discord
	http     *http.Client // for what needs no token
	outside  string
	findings doctor.Findings
}

// reach asks for the gateway's address, which needs no token. The answer has Discord's time.
func (e *examination) reach(ctx context.Context) bool {
	const about = "reaching Discord"
	begun := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.d.cfg.API+"gateway", nil)
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "check GREENROOM_DISCORD_API")
		return false
	}
	request.Header.Set("User-Agent", "DiscordBot (https://github.com/bwmarrin/discordgo, v"+discordgo.VERSION+")") // Discord refuses others (reference, User Agent)
	response, err := e.http.Do(request)
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "let this machine connect to discord.com and gateway.discord.gg on port 443; behind a proxy, set HTTPS_PROXY")
		return false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		e.findings.Say(doctor.Wrong, about, "it answers "+response.Status, "see whether a proxy answers in Discord's place, and discordstatus.com; after too many refused requests Discord shuts an address out for an hour")
		return false
	}
	took := time.Since(begun)
	e.findings.Say(doctor.Good, about, fmt.Sprintf("it answers in %d ms", took.Milliseconds()), "")
	e.findings.Clock("Discord", e.d.cfg.Now(), took, response.Header.Get("Date"), "what is due comes at the wrong time")
	return true
}

func (e *examination) token(ctx context.Context) (application, bool) {
	const about = "bot token"
	app, err := e.d.application(ctx)
	var said *rest.Error
	switch {
	case errors.As(err, &said) && said.Status == http.StatusUnauthorized:
		e.findings.Say(doctor.Wrong, about, "Discord does not know it (HTTP 401)",
			"copy it again from the app's page Bot; what is shown there only once is had anew with Reset Token, which ends the old one")
		return application{}, false
	case err != nil:
		e.findings.Say(doctor.Wrong, about, err.Error(), "try again; discordstatus.com says whether Discord has an outage")
		return application{}, false
	}
	e.findings.Say(doctor.Good, about, fmt.Sprintf("it is of the app %s, id %s", cmp.Or(app.Name, "without a name"), app.ID), "")
	return app, true
}

// gateway asks how many sessions may still be started today, and starts none.
func (e *examination) gateway(ctx context.Context) {
	const about = "gateway"
	var answer struct {
		Shards int `json:"shards"`
		Limit  struct {
			Total     int   `json:"total"`
			Remaining int   `json:"remaining"`
			After     int64 `json:"reset_after"` // milliseconds
		} `json:"session_start_limit"`
	}
	if err := e.d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: "gateway/bot"}, &answer); err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "try again")
		return
	}
	left := fmt.Sprintf("shards: %d; %d of %d sessions can still be started today", answer.Shards, answer.Limit.Remaining, answer.Limit.Total)
	if answer.Limit.Remaining < max(1, answer.Shards) {
		again := time.Duration(answer.Limit.After) * time.Millisecond
		e.findings.Say(doctor.Wrong, about, left, "wait "+again.Round(time.Minute).String()+", and see what starts so many: another program with the same token, or one that is started again and again")
		return
	}
	e.findings.Say(doctor.Good, about, left, "")
}

// interactions compares how Discord delivers clicks and commands with how they are expected. It sends them to the address on the app's
// page or, where there is none, through the gateway.
func (e *examination) interactions(ctx context.Context, app application) {
	const about = "clicks and commands"
	key := e.d.cfg.PublicKey
	switch theirs, _ := hex.DecodeString(app.VerifyKey); {
	case len(key) > 0 && len(theirs) > 0 && !key.Equal(ed25519.PublicKey(theirs)):
		e.findings.Say(doctor.Wrong, about, "the public key is not this app's", "copy the Public Key from the app's page General Information into GREENROOM_DISCORD_PUBLIC_KEY")
		return
	case app.Endpoint == "" && len(key) > 0:
		e.findings.Say(doctor.Notice, about, "they come through the gateway, because the app's page names no address",
			"enter the address of --hooks with /discord/interactions at its end as Interactions Endpoint URL on the app's page General Information, or leave out GREENROOM_DISCORD_PUBLIC_KEY")
		return
	case app.Endpoint == "":
		e.findings.Say(doctor.Good, about, "they come through the gateway", "")
		return
	case len(key) == 0:
		e.findings.Say(doctor.Wrong, about, "Discord sends them to "+app.Endpoint+", and Greenroom does not take them there",
			"clear Interactions Endpoint URL on the app's page General Information, or set --hooks and GREENROOM_DISCORD_PUBLIC_KEY")
		return
	case e.outside != "" && app.Endpoint != e.outside+hooksPath:
		e.findings.Say(doctor.Wrong, about, "Discord sends them to "+app.Endpoint+", and Greenroom is at "+e.outside+hooksPath,
			"enter "+e.outside+hooksPath+" as Interactions Endpoint URL on the app's page General Information")
		return
	}
	e.endpoint(ctx, app.Endpoint)
}

// endpoint sends what is not signed: only an address that refuses it looks at signatures, as Discord wants.
func (e *examination) endpoint(ctx context.Context, to string) {
	const about = "requests from Discord"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader([]byte(`{"type":1}`)))
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "check Interactions Endpoint URL on the app's page General Information")
		return
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Signature-Timestamp", strconv.FormatInt(e.d.cfg.Now().Unix(), 10))
	request.Header.Set("X-Signature-Ed25519", strings.Repeat("0", 2*ed25519.SignatureSize))
	response, err := e.http.Do(request)
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "start greenroom serve, and let "+to+" reach its --hooks; some networks do not let a machine reach itself from outside")
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		e.findings.Say(doctor.Wrong, about, to+" answers "+response.Status, "let it reach the --hooks of a Greenroom that runs with GREENROOM_DISCORD_PUBLIC_KEY")
		return
	}
	e.findings.Say(doctor.Good, about, to+" reaches what refuses a forged signature", "")
}

// commands says what register would change.
func (e *examination) commands(ctx context.Context, app application) {
	const about = "slash commands"
	path := "applications/" + app.ID + "/commands"
	where := "everywhere"
	if guild := e.d.cfg.Commands.Guild; guild != "" {
		path, where = "applications/"+app.ID+"/guilds/"+guild+"/commands", "in server "+guild
	}
	var there []command
	if err := e.d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: path}, &there); err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "check --discord-guild, and that the app was added with the link of greenroom discord invite")
		return
	}
	if n := len(changes(there, e.d.cfg.Commands.wanted(app))); n > 0 {
		e.findings.Say(doctor.Notice, about, fmt.Sprintf("%d are not yet as they will be %s", n, where), "start greenroom serve: it registers them")
		return
	}
	e.findings.Say(doctor.Good, about, "they are registered "+where, "")
}

// mostGuilds is how many guilds are looked at: the rest are as likely to be well.
const mostGuilds = 200

// guilds says what each guild does not allow. A channel may allow less than its guild; the keeper is told of that when it is posted to.
func (e *examination) guilds(ctx context.Context) {
	const about = "servers"
	var all []struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Permissions string `json:"permissions"`
	}
	if err := e.d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: "users/@me/guilds?limit=" + strconv.Itoa(mostGuilds)}, &all); err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "try again")
		return
	}
	if len(all) == 0 {
		e.findings.Say(doctor.Notice, about, "the app was added to none", "open the link that greenroom discord invite prints")
		return
	}
	lacks := 0
	for _, g := range all {
		bits, err := strconv.ParseInt(g.Permissions, 10, 64)
		if err != nil {
			continue
		}
		for _, p := range lacking(bits) {
			lacks++
			verdict, fix := doctor.Wrong, "allow it to the role of the app in the server's settings, or open the link of greenroom discord invite again"
			if p.Optional {
				verdict, fix = doctor.Notice, ""
			}
			e.findings.Say(verdict, "server "+g.Name, p.Name+" is not allowed: "+p.Without, fix)
		}
	}
	if lacks == 0 {
		e.findings.Say(doctor.Good, about, fmt.Sprintf("%d, and each allows what is needed", len(all)), "")
	}
}

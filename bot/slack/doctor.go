package slack

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/doctor"
	"greenroom/store"
)

// Examine looks at everything that must be right for an adapter with this configuration to work, in the order in which
// one thing rests on another. It changes nothing at Slack and needs neither Config.DB nor a running Greenroom; outside is
// the address at which Slack reaches the hooks, empty where it is not known.
func Examine(ctx context.Context, cfg Config, outside string) doctor.Findings {
	cfg.DB = store.NewMemory()
	cfg.Log = slog.New(slog.DiscardHandler)
	s, err := New(cfg)
	if err != nil {
		return doctor.Findings{{Verdict: doctor.Wrong, About: "settings", Found: err.Error(), Fix: "set what is missing; greenroom serve says the same"}}
	}
	defer s.http.CloseIdleConnections()
	e := examination{s: s}
	if !e.reach(ctx) {
		return e.findings
	}
	if cfg.BotToken != "" {
		e.botToken(ctx)
	}
	if cfg.App != nil {
		e.app(ctx)
	}
	if cfg.AppToken != "" {
		e.appToken(ctx)
	}
	if cfg.SigningSecret != "" {
		e.hooks(ctx, outside)
	}
	return e.findings
}

type examination struct {
	s        *Slack
	findings doctor.Findings
}

// reach asks api.test, which needs no token. Its answer has Slack's time.
func (e *examination) reach(ctx context.Context) bool {
	const about = "reaching Slack"
	begun := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.s.cfg.API+"api.test", nil)
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "check GREENROOM_SLACK_API")
		return false
	}
	response, err := e.s.http.Do(request)
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "let this machine connect to slack.com and wss-primary.slack.com on port 443; behind a proxy, set HTTPS_PROXY")
		return false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		e.findings.Say(doctor.Wrong, about, "it answers "+response.Status, "see whether a proxy answers in Slack's place, and slack-status.com")
		return false
	}
	took := time.Since(begun)
	e.findings.Say(doctor.Good, about, fmt.Sprintf("it answers in %d ms", took.Milliseconds()), "")
	e.findings.Clock("Slack", e.s.cfg.Now(), took, response.Header.Get("Date"), "Slack's requests are refused from five minutes on")
	return true
}

func (e *examination) botToken(ctx context.Context) {
	in, err := e.s.installs.ask(ctx, e.s.cfg.BotToken)
	if err != nil {
		e.findings.Say(doctor.Wrong, "bot token", said(err), "copy the Bot User OAuth Token from the app's page OAuth & Permissions; if there is none, press Install to Workspace there")
		return
	}
	e.findings.Say(doctor.Good, "bot token", fmt.Sprintf("it is of workspace %s, where Greenroom is %s", in.Team, in.User), "")
	e.scopes(in)
}

// scopes says what each missing scope costs.
func (e *examination) scopes(in install) {
	if in.Scopes == nil {
		e.findings.Say(doctor.Notice, "scopes", "Slack does not say which are granted", "")
		return
	}
	missing := 0
	for _, s := range requiredScopes {
		if !in.can(s.Name) {
			missing++
			e.findings.Say(doctor.Wrong, "scope "+s.Name, "it is missing: "+s.Without, "add it on the app's page OAuth & Permissions and reinstall the app, or make the app from greenroom slack manifest")
		}
	}
	if missing == 0 {
		e.findings.Say(doctor.Good, "scopes", "all that are needed are granted", "")
	}
	for _, s := range optionalScopes {
		if !in.can(s.Name) && s.Without != "" {
			e.findings.Say(doctor.Notice, "scope "+s.Name, "left out: "+s.Without, "")
		}
	}
}

// appToken asks for the address of a socket, and connects to nothing.
func (e *examination) appToken(ctx context.Context) {
	const about = "app token"
	client := slack.New("", slack.OptionAppLevelToken(e.s.cfg.AppToken), slack.OptionAPIURL(e.s.cfg.API), slack.OptionHTTPClient(e.s.http))
	_, _, err := client.StartSocketModeContext(ctx)
	switch {
	case err == nil:
		e.findings.Say(doctor.Good, about, "Socket Mode lets it in", "")
	case saysOne(err, []string{"missing_scope", "no_permission"}):
		e.findings.Say(doctor.Wrong, about, said(err), "make an app-level token with the scope connections:write on the app's page Basic Information")
	case saysOne(err, errorsOfDisabled):
		e.findings.Say(doctor.Wrong, about, said(err), "switch Socket Mode on, on the app's page Socket Mode")
	default:
		e.findings.Say(doctor.Wrong, about, said(err), "copy an app-level token of the same app, with connections:write, from the app's page Basic Information")
	}
}

// app tries the client's id and secret with a code that cannot be one: Slack looks at them first.
func (e *examination) app(ctx context.Context) {
	const about = "client id and secret"
	app := e.s.cfg.App
	_, err := slack.GetOAuthV2ResponseContext(ctx, e.s.http, app.ClientID, app.ClientSecret, "greenroom-doctor", app.Redirect, slack.OAuthOptionAPIURL(e.s.cfg.API))
	switch {
	case saysOne(err, []string{"invalid_code", "code_already_used", "invalid_grant_type"}):
		e.findings.Say(doctor.Good, about, "Slack knows the app", "")
	case saysOne(err, []string{"bad_redirect_uri"}):
		e.findings.Say(doctor.Wrong, about, said(err), "add "+app.Redirect+" to the Redirect URLs on the app's page OAuth & Permissions")
	case err != nil:
		e.findings.Say(doctor.Wrong, about, said(err), "copy both from the app's page Basic Information")
	}
	e.findings.Say(doctor.Good, "key ring", app.Keys.String()+", the first, "+app.Keys.First()+", encrypts", "")
}

// hooks sends itself what Slack sends when an address is entered: a signed question whose answer is the word in it.
func (e *examination) hooks(ctx context.Context, outside string) {
	const about = "requests from Slack"
	if outside == "" {
		e.findings.Say(doctor.Notice, about, "the address at which Slack reaches Greenroom is not known", "add --hooks-url https://greenroom.example.org to have it tried")
		return
	}
	to := strings.TrimSuffix(outside, "/") + "/slack/events"
	word := rand.Text()
	body, err := json.Marshal(map[string]string{"type": "url_verification", "challenge": word})
	if err != nil {
		panic("unreachable: two texts: " + err.Error())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "check --hooks-url")
		return
	}
	at := strconv.FormatInt(e.s.cfg.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(e.s.cfg.SigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", at, body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Slack-Request-Timestamp", at)
	request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	response, err := e.s.http.Do(request)
	if err != nil {
		e.findings.Say(doctor.Wrong, about, err.Error(), "start greenroom serve, and let "+to+" reach its --hooks; some networks do not let a machine reach itself from outside")
		return
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	switch {
	case err != nil:
		e.findings.Say(doctor.Wrong, about, err.Error(), "try again")
	case response.StatusCode == http.StatusOK && bytes.Contains(answer, []byte(word)):
		e.findings.Say(doctor.Good, about, to+" reaches Greenroom, which has the same signing secret", "")
	case response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusForbidden:
		e.findings.Say(doctor.Wrong, about, to+" refuses the signature", "set the same GREENROOM_SLACK_SIGNING_SECRET here and there, and see the clock above")
	default:
		e.findings.Say(doctor.Wrong, about, to+" answers "+response.Status, "let it reach the --hooks of a Greenroom that runs")
	}
}

// said is what Slack said, in its own word where it has one, and in ours where that helps.
func said(err error) string {
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		return err.Error()
	}
	meaning := map[string]string{
		"invalid_auth":           "Slack does not know it, or does not let this machine's address in",
		"account_inactive":       "the app was removed from the workspace",
		"token_revoked":          "it was revoked",
		"token_expired":          "it has ended",
		"not_allowed_token_type": "it is a token of another kind",
		"bad_client_secret":      "the secret is not that of the client id",
		"invalid_client_id":      "Slack knows no such app",
		"missing_scope":          "it lacks a scope",
	}[refused.Err]
	return cmp.Or(meaning, "Slack refuses it") + " (" + refused.Err + ")"
}

package slackfake

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func (x *world) access(more object) object {
	a := object{"client_id": "10.20", "client_secret": "fake-client-secret"}
	for name, v := range more {
		a[name] = v
	}
	return a
}

func TestOAuth(t *testing.T) {
	x := newWorld(t, Config{})
	const redirect = "https://greenroom.example/slack/oauth"
	code := x.w.Authorize("UMIRA", redirect, "commands", "chat:write")
	x.refused("invalid_client_id", "oauth.v2.access", object{"client_id": "no", "code": code})
	x.refused("bad_client_secret", "oauth.v2.access", object{"client_id": "10.20", "client_secret": "no", "code": code})
	x.refused("invalid_grant_type", "oauth.v2.access", x.access(object{"grant_type": "trust me", "code": code}))
	x.refused("invalid_code", "oauth.v2.access", x.access(object{"code": "no"}))

	got := x.ok("oauth.v2.access", x.access(object{"code": code, "redirect_uri": redirect}))
	if got["team"].(object)["id"] != "T1" || got["bot_user_id"] != x.w.Bot() || got["scope"] != "commands,chat:write" || got["refresh_token"] != nil ||
		got["authed_user"].(object)["id"] != "UMIRA" || got["is_enterprise_install"] != false {
		t.Errorf("exchanged for %v", got)
	}
	x.token = got["access_token"].(string)
	x.ok("auth.test", object{})
	x.refused("invalid_code", "oauth.v2.access", x.access(object{"code": code}))

	x.refused("bad_redirect_uri", "oauth.v2.access", x.access(object{"code": x.w.Authorize("UMIRA", redirect, "commands"), "redirect_uri": "https://evil.example"}))
	old := x.w.Authorize("UMIRA", redirect, "commands")
	x.now.add(codeFor + time.Second)
	x.refused("invalid_code", "oauth.v2.access", x.access(object{"code": old}))

	org := x.ok("oauth.v2.access", x.access(object{"code": x.f.AuthorizeOrg("UMIRA", redirect, "commands")}))
	if org["is_enterprise_install"] != true || org["team"] != nil {
		t.Errorf("an organisation: %v", org)
	}
}

func TestRotation(t *testing.T) {
	x := newWorld(t, Config{Rotate: true})
	first := x.ok("oauth.v2.access", x.access(object{"code": x.w.Authorize("UMIRA", "https://a.example", "chat:write")}))
	refresh := object{"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
	if first["expires_in"] != 43200.0 {
		t.Errorf("expires_in %v", first["expires_in"])
	}
	second := x.ok("oauth.v2.access", x.access(refresh))
	x.refused("invalid_refresh_token", "oauth.v2.access", x.access(refresh))

	x.token = first["access_token"].(string)
	x.ok("auth.test", object{}) // it works until its end
	x.now.add(12 * time.Hour)
	x.refused("token_expired", "auth.test", object{})
	x.token = second["access_token"].(string)
	x.refused("token_expired", "auth.test", object{})
	third := x.ok("oauth.v2.access", x.access(object{"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}))
	x.token = third["access_token"].(string)
	x.ok("auth.test", object{})

	x.ok("apps.uninstall", x.access(nil))
	x.refused("account_inactive", "auth.test", object{})
	x.refused("invalid_refresh_token", "oauth.v2.access", x.access(object{"grant_type": "refresh_token", "refresh_token": third["refresh_token"]}))
}

func TestAuthorizePage(t *testing.T) {
	x := newWorld(t, Config{})
	x.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	visit := func(q url.Values) (int, url.Values) {
		res, err := x.http.Get("http://slack.fake/oauth/v2/authorize?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		to, err := res.Location()
		if err != nil {
			return res.StatusCode, nil
		}
		return res.StatusCode, to.Query()
	}
	good := url.Values{"client_id": {"10.20"}, "scope": {"commands,chat:write"}, "state": {"s"}, "redirect_uri": {"https://greenroom.example/slack/oauth"}}
	status, back := visit(good)
	if status != http.StatusFound || back.Get("state") != "s" {
		t.Fatalf("%d %v", status, back)
	}
	if got := x.ok("oauth.v2.access", x.access(object{"code": back.Get("code")})); got["scope"] != "commands,chat:write" {
		t.Errorf("exchanged for %v", got)
	}
	good.Set("user", "UNOBODY")
	if _, back := visit(good); back.Get("error") != "access_denied" || back.Get("state") != "s" {
		t.Errorf("refused by the member: %v", back)
	}
	for _, name := range []string{"client_id", "scope", "redirect_uri"} {
		bad := url.Values{"client_id": good["client_id"], "scope": good["scope"], "redirect_uri": good["redirect_uri"]}
		bad.Del(name)
		if status, _ := visit(bad); status != http.StatusBadRequest {
			t.Errorf("without %s: %d", name, status)
		}
	}
}

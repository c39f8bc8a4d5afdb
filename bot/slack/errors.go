package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// reasons is what Slack's errors mean for a message (docs.slack.dev, chat.postMessage, chat.update, conversations.open). The
// words in which keepers hear of a reason, and what they are told to do, are the engine's: so not_in_channel is gone, which is
// mended by an invitation, and a thread that takes no reply is archived, so that what it should hold stands in the channel.
var reasons = map[string]chat.Reason{
	"channel_not_found": chat.ReasonGone, "not_in_channel": chat.ReasonGone, "user_not_found": chat.ReasonGone,
	"team_not_found": chat.ReasonGone,

	"no_permission": chat.ReasonForbidden, "missing_scope": chat.ReasonForbidden, "access_denied": chat.ReasonForbidden,
	"accesslimited": chat.ReasonForbidden, "ekm_access_denied": chat.ReasonForbidden, "not_allowed_token_type": chat.ReasonForbidden,
	"enterprise_is_restricted": chat.ReasonForbidden, "team_access_not_granted": chat.ReasonForbidden,
	"cant_delete_message": chat.ReasonForbidden, "compliance_exports_prevent_deletion": chat.ReasonForbidden,

	"is_archived": chat.ReasonArchived, "is_inactive": chat.ReasonArchived, "restricted_action_thread_locked": chat.ReasonArchived,
	"restricted_action_non_threadable_channel": chat.ReasonArchived, "cannot_reply_to_message": chat.ReasonArchived,

	"cannot_dm_bot": chat.ReasonDMClosed, "messages_tab_disabled": chat.ReasonDMClosed, "user_disabled": chat.ReasonDMClosed,
	"user_not_visible": chat.ReasonDMClosed,

	"message_not_found": chat.ReasonParentGone, "thread_not_found": chat.ReasonParentGone,
	"cant_update_message": chat.ReasonParentGone, "edit_window_closed": chat.ReasonParentGone,

	"account_inactive": chat.ReasonRevoked, "token_revoked": chat.ReasonRevoked, "invalid_auth": chat.ReasonRevoked,
	"not_authed": chat.ReasonRevoked, "app_uninstalled": chat.ReasonRevoked,

	// What these refuse was drawn by us: it is our fault.
	"msg_too_long": chat.ReasonTooLong, "msg_blocks_too_long": chat.ReasonTooLong, "invalid_blocks": chat.ReasonTooLong,
	"invalid_blocks_format": chat.ReasonTooLong, "block_mismatch": chat.ReasonTooLong, "no_text": chat.ReasonTooLong,
	"metadata_too_large": chat.ReasonTooLong, "invalid_metadata_format": chat.ReasonTooLong,
	"invalid_metadata_schema": chat.ReasonTooLong, "invalid_arguments": chat.ReasonTooLong, "view_too_large": chat.ReasonTooLong,
}

// elsewhere is what Slack says where a reply can no longer be shown in the place in which it was asked for.
var elsewhere = map[string]bool{
	"not_found": true, "expired_trigger_id": true, "exchanged_trigger_id": true, "invalid_trigger_id": true,
	"trigger_expired": true, "trigger_exchanged": true, "user_not_in_channel": true, "push_limit_reached": true,
	"hash_conflict": true, "invalid_user_id": true, "not_enabled": true,
}

// How long to wait where Slack does not say.
const (
	afterLimit   = 30 * time.Second // a 429 without Retry-After
	afterFailure = 5 * time.Second  // nothing reached Slack
	afterUnclear = time.Minute      // Slack refuses for a reason that we do not know, or that passes
)

// verdict says what the error of a call means: nil; *chat.Wait (not done); *chat.Refused (never will be); anything else is
// unknown. reached tells whether the request may have reached Slack.
func (s *Slack) verdict(ctx context.Context, w chat.Workspace, method string, reached func() bool, err error) error {
	var limited *slack.RateLimitedError
	var said slack.SlackErrorResponse
	var status slack.StatusCodeError
	var network *url.Error // it holds the address, and that of a response_url is a secret
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limited):
		return s.limited(w, method, limited.RetryAfter)
	case errors.As(err, &said):
		return s.said(ctx, w, method, said)
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return s.limited(w, method, afterLimit)
	case errors.As(err, &status) && method == ResponseURL && status.Code >= 400 && status.Code < 500:
		return &chat.Refused{Reason: chat.ReasonGone, Detail: status.Status} // used up, or too old
	case errors.As(err, &network) && !reached():
		return s.wait(afterFailure)
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w", method, network.Err)
	}
	return fmt.Errorf("%s: %w", method, err)
}

// limited is what a 429 means: the method is closed in the workspace. Of the addresses in payloads each has a limit of its own.
func (s *Slack) limited(w chat.Workspace, method string, after time.Duration) *chat.Wait {
	if method == ResponseURL {
		return s.wait(after)
	}
	return s.pace.close(w, method, after)
}

// said says what an answer with ok:false means.
func (s *Slack) said(ctx context.Context, w chat.Workspace, method string, e slack.SlackErrorResponse) error {
	reason, known := reasons[e.Err]
	log := s.cfg.Log.With(slog.String("workspace", string(w)), slog.String("method", method), slog.String("error", e.Err))
	switch {
	case e.Err == "internal_error", e.Err == "fatal_error", e.Err == "request_timeout":
		return fmt.Errorf("%s: %w", method, e) // some of it may have been done
	case e.Err == "ratelimited", e.Err == "rate_limited", e.Err == "message_limit_exceeded":
		return s.pace.close(w, method, afterLimit)
	case e.Err == "token_expired": // before we thought it would; asking about it refreshes it
		return s.rejected(ctx, w, e.Err)
	case reason == chat.ReasonRevoked:
		return s.rejected(ctx, w, e.Err)
	case reason == chat.ReasonTooLong:
		log.Error("Slack refuses what Greenroom has drawn; please report this", slog.Any("messages", e.ResponseMetadata.Messages))
		return &chat.Refused{Reason: reason, Detail: e.Err}
	case known, elsewhere[e.Err]:
		return &chat.Refused{Reason: reason, Detail: e.Err}
	case strings.HasPrefix(e.Err, "restricted_action"):
		return &chat.Refused{Reason: chat.ReasonForbidden, Detail: e.Err}
	}
	log.Error("Slack refuses for a reason that Greenroom does not know; it tries again")
	return s.wait(afterUnclear)
}

// rejected is what a call whose token was refused means: Slack is asked once more, because there may be a newer token.
func (s *Slack) rejected(ctx context.Context, w chat.Workspace, detail string) error {
	gone, err := s.installs.revoked(ctx, w)
	if err != nil || !gone {
		return s.wait(afterFailure)
	}
	return &chat.Refused{Reason: chat.ReasonRevoked, Detail: detail}
}

func (s *Slack) wait(d time.Duration) *chat.Wait { return &chat.Wait{Until: s.cfg.Now().Add(d)} }

// refusedFor tells whether err is a refusal with one of Slack's own words.
func refusedFor(err error, words ...string) bool {
	var refused *chat.Refused
	if !errors.As(err, &refused) {
		return false
	}
	for _, w := range words {
		if refused.Detail == w {
			return true
		}
	}
	return false
}

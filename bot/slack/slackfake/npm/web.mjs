// Slack's web client against the fake: each call says what came back.
import { WebClient } from '@slack/web-api';
import { answer, button, modal, say } from './say.mjs';

const { SLACK_API, SLACK_TOKEN } = process.env;
const options = { slackApiUrl: SLACK_API, logLevel: 'error', retryConfig: { retries: 3, minTimeout: 10 } };
const client = new WebClient(SLACK_TOKEN, options);

async function call(name, promise) {
  const began = Date.now();
  try {
    const answer = await promise;
    say(name, { ...answer, took: Date.now() - began });
    return answer;
  } catch (error) {
    say(name, { code: error.code, error: error.data?.error, messages: error.data?.response_metadata?.messages, after: error.retryAfter });
    return {};
  }
}

const channel = 'C0PREP';
const metadata = { event_type: 'greenroom', event_payload: { key: 'post/1' } };

await call('auth', client.auth.test());
const { ts } = await call('post', client.chat.postMessage({ channel, text: 'Question', blocks: [button('answer')], metadata }));
await call('reply', client.chat.postMessage({ channel, text: 'Reply', thread_ts: ts }));
await call('update', client.chat.update({ channel, ts, text: 'Question, edited', blocks: [button('hint')] }));
await call('history', client.conversations.history({ channel, include_all_metadata: true }));
await call('replies', client.conversations.replies({ channel, ts }));
await call('ephemeral', client.chat.postEphemeral({ channel, user: 'U0MIRA', text: 'Only you' }));
await call('person', client.users.info({ user: 'U0MIRA', include_locale: true }));
await call('place', client.conversations.info({ channel }));
const { channel: direct } = await call('open', client.conversations.open({ users: 'U0MIRA' }));
await call('direct', client.chat.postMessage({ channel: direct?.id, text: 'Hello' }));
await call('home', client.views.publish({ user_id: 'U0MIRA', view: { type: 'home', blocks: [button('set-up')] } }));

await call('delete', client.chat.delete({ channel, ts }));
await call('delete again', client.chat.delete({ channel, ts }));
await call('nowhere', client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }));
await call('nothing', client.chat.postMessage({ channel }));
await call('bad blocks', client.chat.postMessage({ channel, text: 'x', blocks: [{ type: 'section' }] }));
await call('bad view', client.views.open({ trigger_id: '1.2.3', view: modal('x'.repeat(25), answer) }));
await call('bad trigger', client.views.open({ trigger_id: '1.2.3', view: modal('Form', answer) }));
await call('bad token', new WebClient('xoxb-nobody', options).auth.test());
await call('no token', new WebClient(undefined, options).auth.test());
await call('bad code', client.oauth.v2.access({ client_id: 'x', client_secret: 'x', code: 'x' }));

// The test has prepared one fault for each of these.
await call('limited', new WebClient(SLACK_TOKEN, { ...options, rejectRateLimitedCalls: true }).conversations.join({ channel }));
await call('waited', client.conversations.members({ channel }));
await call('retried', client.auth.revoke({ test: true }));
say('done');
process.exit(0);

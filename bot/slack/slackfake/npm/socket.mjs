// Slack's Socket Mode client against the fake.
import { SocketModeClient } from '@slack/socket-mode';
import { say } from './say.mjs';

const { SLACK_API, SLACK_APP_TOKEN } = process.env;
const client = new SocketModeClient({
  appToken: SLACK_APP_TOKEN,
  clientPingTimeout: 300, // also how long it waits before it connects again
  serverPingTimeout: 2000,
  clientOptions: { slackApiUrl: SLACK_API, retryConfig: { retries: 0 } },
});
client.on('connected', () => say('connected'));
client.on('reconnecting', () => say('reconnecting'));
client.on('error', (error) => say('error', { error: String(error) }));
client.on('slash_commands', async ({ ack, body, envelope_id, accepts_response_payload }) => {
  say('command', { text: body.text, envelope_id, accepts: accepts_response_payload });
  if (body.text !== 'deaf') await ack({ text: `pong ${body.text}` });
});
client.on('app_mention', async ({ ack, event, body, retry_num, retry_reason, accepts_response_payload }) => {
  say('mention', { text: event.text, id: body.event_id, retry_num, retry_reason, accepts: accepts_response_payload });
  if (retry_num > 0 || !event.text.includes('twice')) await ack();
});
client.on('event_of_next_year', async ({ ack }) => {
  say('next year');
  await ack();
});

try {
  await client.start();
} catch (error) {
  say('refused', { code: error.code, error: error.data?.error });
  process.exit(0);
}

// An app made with Slack's framework, over a socket where SLACK_APP_TOKEN is set, else over signed HTTP.
import bolt from '@slack/bolt';
import { answer, button, modal, say, zone } from './say.mjs';

const { SLACK_API, SLACK_TOKEN, SLACK_APP_TOKEN, SLACK_SECRET } = process.env;
const socket = Boolean(SLACK_APP_TOKEN);
const app = new bolt.App({
  token: SLACK_TOKEN,
  ...(socket ? { appToken: SLACK_APP_TOKEN, socketMode: true } : { signingSecret: SLACK_SECRET }),
  clientOptions: { slackApiUrl: SLACK_API },
  logLevel: 'error',
});
app.error(async (error) => say('failed', { error: String(error?.stack ?? error) }));

app.command('/greenroom', async ({ ack, command, respond, client, say: post }) => {
  switch (command.text) {
    case 'ping':
      return ack('pong');
    case 'respond':
      await ack();
      await respond({ text: 'by response_url', blocks: [button('more')] });
      return say('responded');
    case 'form':
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: modal('Question', answer, zone) });
      return say('opened');
    case 'public':
      await ack({ response_type: 'in_channel', text: 'for all' });
      return post('by say').then(() => say('posted'));
  }
});
app.action('press', async ({ ack, action, respond, body, client }) => {
  await ack();
  if (body.view) return say('pressed in view', { value: action.value, view: body.view.type });
  if (action.value === 'more') await respond({ text: 'replaced', replace_original: true });
  say('pressed', { value: action.value });
});
app.options('zone', async ({ ack, options }) =>
  ack({ options: [{ text: { type: 'plain_text', text: options.value.toUpperCase() }, value: options.value }] }),
);
app.view('greenroom', async ({ ack, view }) => {
  const said = view.state.values.answer.answer.value;
  if (said === 'short') return ack({ response_action: 'errors', errors: { answer: 'A little more, please.' } });
  if (said === 'further') return ack({ response_action: 'push', view: modal('Further', answer) });
  if (said === 'lost') return ack({ response_action: 'errors', errors: { nowhere: 'x' } });
  if (said === 'over') return ack({ response_action: 'clear' });
  if (said === 'bye') return ack();
  return ack({ response_action: 'update', view: modal('Thanks', { type: 'section', text: { type: 'mrkdwn', text: said } }, answer) });
});
app.event('app_mention', async ({ event, say: post }) => {
  await post({ text: 'You called', thread_ts: event.ts });
  say('mentioned', { text: event.text });
});
app.message(async ({ message, say: post }) => {
  await post(`You said ${message.text}`);
  say('heard', { text: message.text });
});
app.event('app_home_opened', async ({ event, client }) => {
  await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [button('set-up')] } });
  say('published');
});
app.event('member_joined_channel', async ({ event }) => say('joined', { channel: event.channel, inviter: event.inviter }));
app.event('app_uninstalled', async () => say('uninstalled'));

const server = await app.start(socket ? undefined : 0);
say('started', { port: socket ? 0 : server.address().port });

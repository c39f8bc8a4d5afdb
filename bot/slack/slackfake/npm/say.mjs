// Tells the test that runs a script what happened, a line of JSON at a time, and ends the script with the test.
export function say(what, more = {}) {
  process.stdout.write(`${JSON.stringify({ what, ...more })}\n`);
}

process.stdin.on('end', () => process.exit(0)).resume();
process.on('unhandledRejection', (error) => say('failed', { error: String(error?.stack ?? error) }));

export const modal = (title, ...blocks) => ({
  type: 'modal',
  callback_id: 'greenroom',
  private_metadata: 'here',
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: 'Send' },
  blocks,
});

export const answer = {
  type: 'input',
  block_id: 'answer',
  label: { type: 'plain_text', text: 'Your answer' },
  element: { type: 'plain_text_input', action_id: 'answer', multiline: true },
};

export const zone = {
  type: 'input',
  block_id: 'zone',
  optional: true,
  label: { type: 'plain_text', text: 'Zone' },
  element: { type: 'external_select', action_id: 'zone', min_query_length: 1 },
};

export const button = (value) => ({
  type: 'actions',
  elements: [{ type: 'button', action_id: 'press', value, text: { type: 'plain_text', text: value } }],
});

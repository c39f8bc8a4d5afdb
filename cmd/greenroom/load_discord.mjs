// The least bot of discord.js: a message with buttons, which open a form, which is answered with a private message. It keeps nothing.
import { Client, Events, GatewayIntentBits } from 'discord.js';

const { DISCORD_API, DISCORD_TOKEN, CHANNEL } = process.env;
const [post, form, reply] = [process.env.POST, process.env.FORM, process.env.REPLY].map((text) => JSON.parse(text));

const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: DISCORD_API }, allowedMentions: { parse: [] } });
client.on(Events.InteractionCreate, (i) => {
  if (i.isButton()) return i.showModal(form);
  if (i.isModalSubmit() && i.fields.getTextInputValue('answer')) return i.reply(reply);
});
client.once(Events.ClientReady, async () => {
  const channel = await client.channels.fetch(CHANNEL);
  await channel.send(post);
  console.log('ready');
});
process.stdin.on('end', () => process.exit(0)).resume();
await client.login(DISCORD_TOKEN);

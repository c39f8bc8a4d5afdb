// A bot of discord.js against the fake: gateway, commands, interactions, messages, threads.
import {
  ActionRowBuilder, ApplicationCommandOptionType, ButtonBuilder, ButtonStyle, Client, Events, GatewayIntentBits, LabelBuilder, MessageFlags,
  ModalBuilder, Partials, StringSelectMenuBuilder, TextDisplayBuilder, TextInputBuilder, TextInputStyle,
} from 'discord.js';
import { say } from './say.mjs';

const { DISCORD_API, DISCORD_TOKEN } = process.env;
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  partials: [Partials.Channel],
  rest: { api: DISCORD_API, retries: 0 },
  allowedMentions: { parse: [] },
});

const button = (label) => new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId(`press ${label}`).setLabel(label).setStyle(ButtonStyle.Primary));

const form = () => new ModalBuilder()
  .setCustomId('form')
  .setTitle('Question')
  .addTextDisplayComponents(new TextDisplayBuilder().setContent('Think aloud'))
  .addLabelComponents(
    new LabelBuilder().setLabel('Your answer').setTextInputComponent(new TextInputBuilder().setCustomId('answer').setStyle(TextInputStyle.Paragraph).setMinLength(3)),
    new LabelBuilder().setLabel('I said').setStringSelectMenuComponent(new StringSelectMenuBuilder().setCustomId('said').setMinValues(0).setMaxValues(2).setRequired(false)
      .addOptions({ label: 'One', value: '1' }, { label: 'Two', value: '2' })),
  );

const commands = {
  ping: (i) => i.reply({ content: 'pong', flags: MessageFlags.Ephemeral }),
  async defer(i) {
    await i.deferReply({ flags: MessageFlags.Ephemeral });
    await i.editReply({ flags: MessageFlags.IsComponentsV2, components: [new TextDisplayBuilder().setContent('thought about it'), button('More')] });
    const more = await i.followUp({ content: 'and more', flags: MessageFlags.Ephemeral });
    say('deferred', { ephemeral: more.flags.has(MessageFlags.Ephemeral) });
  },
  async post(i) {
    const { resource } = await i.reply({ content: 'for all', components: [button('Go')], withResponse: true });
    say('posted', { id: resource.message.id });
  },
  form: (i) => i.showModal(form()),
  async twice(i) {
    await i.reply({ content: 'once', flags: MessageFlags.Ephemeral });
    i.replied = i.deferred = false; // discord.js would refuse by itself
    await i.reply('twice').catch((error) => say('refused', { code: error.code }));
  },
  async deaf() {},
};

client.on(Events.InteractionCreate, async (i) => {
  if (i.isAutocomplete()) return i.respond([{ name: `Quiz ${i.options.getFocused()}`, value: 'quiz' }]);
  if (i.isChatInputCommand()) return commands[i.options.getString('do') ?? 'ping'](i);
  if (i.isButton()) {
    say('pressed', { id: i.customId, message: i.message.id, manager: i.memberPermissions?.has('ManageGuild') });
    return i.customId === 'press Go' ? i.update({ content: 'gone', components: [button('Back')] }) : i.showModal(form());
  }
  if (i.isModalSubmit()) {
    say('sent', { answer: i.fields.getTextInputValue('answer'), said: i.fields.getStringSelectValues('said'), from: i.isFromMessage() });
    return i.reply({ content: 'graded', flags: MessageFlags.Ephemeral });
  }
});

client.on(Events.MessageCreate, async (m) => {
  if (m.author.bot) return;
  say('heard', { text: m.content, guild: m.guildId });
  const answer = await m.reply({ content: `you said ${m.content}`, nonce: m.id, enforceNonce: true });
  if (!m.guildId) return;
  const thread = await answer.startThread({ name: 'About that', autoArchiveDuration: 1440 });
  const inner = await thread.send('inside');
  await inner.edit('inside, edited');
  await inner.delete();
  say('threaded', { id: thread.id, parent: thread.parentId, type: thread.type });
});

client.on(Events.ClientReady, async () => {
  say('ready', { user: client.user.id, guilds: [...client.guilds.cache.keys()], channels: client.channels.cache.size });
  const command = await client.application.commands.create({
    name: 'greenroom', description: 'Play', contexts: [0, 1], integrationTypes: [0],
    options: [{ type: ApplicationCommandOptionType.String, name: 'do', description: 'What', autocomplete: true }],
  });
  say('registered', { id: command.id });
});
client.on(Events.GuildCreate, (g) => say('guild', { id: g.id, name: g.name }));
client.on(Events.GuildDelete, (g) => say('guild gone', { id: g.id }));
client.on(Events.GuildUnavailable, (g) => say('outage', { id: g.id }));
client.on(Events.ChannelDelete, (c) => say('channel gone', { id: c.id }));
client.on(Events.ShardResume, (shard, replayed) => say('resumed', { shard, replayed }));
client.on(Events.ShardReconnecting, (shard) => say('reconnecting', { shard }));
client.on(Events.ShardReady, (shard) => say('shard ready', { shard }));
client.on(Events.ShardDisconnect, (event, shard) => say('disconnected', { shard, code: event.code }));
client.on(Events.Error, (error) => say('failed', { error: String(error?.stack ?? error) }));

try {
  await client.login(DISCORD_TOKEN);
} catch (error) {
  say('login refused', { code: error.code, error: error.message });
  process.exit(0);
}

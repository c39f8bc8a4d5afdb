// What is recorded is held to these types. Those of Slack's packages are narrowed where they let anything pass, and widened where
// they leave out what Slack sends: a click in a view has no response_url, and what has no organisation says null.
import type { BlockAction, BlockSuggestion, EnvelopedEvent, SlashCommand, ViewClosedAction, ViewSubmitAction } from '@slack/bolt';
import type { HomeView, KnownBlock, MessageMetadata, ModalView, SlackEvent } from '@slack/types';

type Known<V> = Omit<V, 'blocks'> & { blocks: KnownBlock[] };
type Org<P> = Omit<P, 'enterprise'> & { enterprise?: { id: string; name: string } | null };

export type blocks = KnownBlock[];
export type view = Known<HomeView> | Known<ModalView>;
export type metadata = MessageMetadata;

export type slash_commands = SlashCommand;
export type interactive =
  | (Org<Omit<BlockAction, 'response_url'>> & { response_url?: string })
  | Org<ViewSubmitAction>
  | Org<ViewClosedAction>
  | Org<BlockSuggestion>;
export type events_api = Omit<EnvelopedEvent<SlackEvent | { type: 'event_of_next_year' }>, 'context_enterprise_id'> & {
  context_enterprise_id: string | null;
};

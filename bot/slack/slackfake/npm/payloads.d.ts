// What is recorded is held to these types. Those of Slack's packages are narrowed where they let anything pass, and widened where
// they leave out what Slack sends: a click in a view has no response_url, and what has no organisation says null.
import type { BlockAction, BlockElementAction, BlockSuggestion, ButtonAction, EnvelopedEvent, SlashCommand, ViewClosedAction, ViewOutput, ViewSubmitAction } from '@slack/bolt';
import type { AppHomeOpenedEvent, Button, GenericMessageEvent, HomeView, KnownBlock, MessageChangedEvent, MessageDeletedEvent, MessageMetadata, ModalView, SlackEvent } from '@slack/types';

// docs.slack.dev, Rich text block: a list goes on counting from offset. The package has no such field.
declare module '@slack/types/dist/block-kit/block-elements' {
  interface RichTextList {
    offset?: number;
  }
}

type Named<T> = { [K in keyof T as string extends K ? never : K]: T[K] };
type With<T, U> = Omit<Named<T>, keyof U> & U;
type Known<V> = With<V, { blocks: KnownBlock[] }>;
type Org<P> = With<P, { enterprise?: { id: string; name: string } | null; user: { id: string; username: string; name: string; team_id: string } }>;

// A click says how its button looks.
type Styled = ButtonAction & { style?: Button['style'] };

export type blocks = KnownBlock[];
export type view = Known<HomeView> | Known<ModalView>;
export type metadata = MessageMetadata;

export type slash_commands = Named<SlashCommand>;
export type interactive =
  | With<Org<BlockAction<Exclude<BlockElementAction, ButtonAction> | Styled>>, { response_url?: string }>
  | Org<ViewSubmitAction>
  | Org<ViewClosedAction>
  | Org<BlockSuggestion>;

// A message has no subtype, instead of one that is undefined, and says which app wrote it.
type Written = With<GenericMessageEvent, { subtype?: undefined; app_id?: string }>;
type Shown = Omit<Written, 'channel' | 'channel_type' | 'event_ts'>;
type Changed = With<MessageChangedEvent, { message: Shown; previous_message: Shown }>;
type Deleted = With<MessageDeletedEvent, { previous_message: Shown }>;

// The home page that was opened is a whole view, with its id and state.
type Opened = With<AppHomeOpenedEvent, { view?: ViewOutput }>;
type NextYears = { type: 'event_of_next_year'; [field: string]: unknown };
type Inner =
  | Exclude<SlackEvent, GenericMessageEvent | MessageChangedEvent | MessageDeletedEvent | AppHomeOpenedEvent>
  | Written
  | Changed
  | Deleted
  | Opened
  | NextYears;

export type events_api = With<EnvelopedEvent, { event: Inner; context_enterprise_id: string | null }>;

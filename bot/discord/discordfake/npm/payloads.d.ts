// What the fake tells an app is held to these types: those of discord-api-types, with the texts of an enum as plain texts.
import type { APIInteraction, GatewayDispatchPayload } from 'discord-api-types/v10';

type Wire<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
    : T extends (infer U)[] ? Wire<U>[]
      : T extends object ? { [K in keyof T]: K extends Bits ? number | Extract<T[K], undefined> : Wire<T[K]> } & More<T> : T;

// Sets of bits, whose types name single bits.
type Bits = 'flags' | 'public_flags' | 'system_channel_flags';

// What Discord's own documents and OpenAPI description have beyond the package: fields of guilds, roles and media, which component was used, what
// a person may do in the channel of an interaction, and parts of READY and of interactions that nobody needs.
type More<T> = T extends { hoist: boolean } ? { description?: string | null }
  : T extends { preferred_locale: unknown } ? { home_header?: string | null; nsfw?: boolean }
    : 'attachment_id' extends keyof T ? { id?: string }
      : T extends { component_type: number } ? { id: number }
        : T extends { token: string; application_id: string } ? { entitlement_sku_ids: string[]; channel?: { permissions?: string } }
          : T extends { session_id: string; v: number } ? Trivia : unknown;

interface Trivia {
  session_type: string;
  _trace: string[];
  private_channels: unknown[];
  relationships: unknown[];
  presences: unknown[];
  user_settings: object;
  guild_join_requests: unknown[];
  auth: object;
}

type Body<P, Name> = P extends { t: infer T extends string; d: infer D } ? Name extends `${T}` ? D : never : never;

export type Dispatch<Name> = Wire<Body<GatewayDispatchPayload, Name>>;
export type Interaction = Wire<APIInteraction>;

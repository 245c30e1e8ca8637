import type { JsonObject } from './block-kit/rule.js';

/** What the local Slack knows: the shapes of Slack's own objects, as far as an app can see them. */

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  /** Shown beside the name on the page; a member without a role cannot be chosen there. */
  readonly role?: string;
  readonly locale?: string;
  readonly deactivated?: boolean;
  /** A guest: `restricted` sees several channels, `ultra_restricted` one. */
  readonly guest?: 'restricted' | 'ultra_restricted';
  readonly bot?: boolean;
  /** Another workspace, whose people a shared channel (Slack Connect) lets in. */
  readonly teamId?: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** A conversation between the app and one person. */
  readonly im?: string;
  /** Is the app a member? Without it, it may not post there. */
  appIsMember: boolean;
}

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly members: readonly string[];
}

export interface App {
  readonly id: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly name: string;
}

export interface Team {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
}

export interface Seed {
  readonly team: Team;
  readonly app: App;
  readonly members: readonly Member[];
  readonly channels: readonly Channel[];
  readonly userGroups: readonly UserGroup[];
}

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  /** The author: a member, or the app's bot user. */
  readonly user: string;
  readonly fromApp: boolean;
  text: string;
  blocks: JsonObject[];
  metadata?: JsonObject;
  editedTs?: string;
  readonly ephemeralFor?: string;
}

/** Where a message stands. */
export interface MessageRef {
  readonly channel: string;
  readonly ts: string;
}

export type StateValues = Record<string, Record<string, JsonObject>>;

export interface View {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  /** As the app sent it, with every block_id and action_id filled in. */
  content: JsonObject & { blocks: JsonObject[] };
  hash: string;
  readonly rootId: string;
  readonly previousId?: string;
  /** What the person typed last. */
  values: StateValues;
  errors?: Record<string, string>;
}

export interface Notice {
  readonly user: string;
  readonly channel?: string;
  readonly text: string;
}

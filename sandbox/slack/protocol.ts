/**
 * The protocol between the local Slack and its page: JSON over one WebSocket at `/page`. The page sends
 * `PageRequest`s and gets `PageEvent`s; every event carries the whole state of what it names, so that a page
 * that reconnects is right after its first `snapshot`.
 */

export interface PageUser {
  id: string;
  name: string;
  /** The role in the team, shown beside the name: operator, requester, approver, viewer. */
  role: string;
}

export interface PageChannel {
  id: string;
  name: string;
  /** Set: the bot's conversation with this person, whom alone it is shown to. */
  im?: string;
}

export interface PageMessage {
  channel: string;
  ts: string;
  /** Set on a reply. */
  threadTs?: string;
  author: { kind: 'user' | 'bot'; id: string; name: string };
  text: string;
  /** Block Kit, as the bot sent it. */
  blocks: unknown[];
  edited: boolean;
  /** Set: only this user sees it, and it is gone after a reload. */
  ephemeralFor?: string;
}

export interface PageModal {
  viewId: string;
  /** Who has it open. */
  user: string;
  title: string;
  submit?: string;
  close?: string;
  blocks: unknown[];
  /** Errors of the last submission, by block_id. */
  errors?: Record<string, string>;
  /** Depth in the stack of views. */
  depth: number;
}

export interface PageHome {
  user: string;
  blocks: unknown[];
}

/** A slash command as the manifest describes it, with hints that the page offers while a person types. */
export interface PageCommand {
  command: string;
  description: string;
  usageHint: string;
  /** Completions after the command: `precheck`, `precheck live`, … */
  hints: { text: string; description: string }[];
}

/** Faults that the local Slack commits on purpose, by Web API method or delivery. */
export interface Misbehaviour {
  /** Web API answers: a status for the next `count` calls of `method` (`*` for all; `response_url` for those). */
  api?: { method: string; status: 429 | 500; count: number; retryAfterSecs?: number };
  /** Delay before each Web API answer, ms. */
  apiDelayMs?: number;
  /** The call takes effect, but its answer is lost: the connection is cut, for the next `count` calls. */
  apiLostReplies?: { method: string; count: number };
  /** Each command, click and event is delivered this often. */
  deliverTimes?: number;
  /** Delay before each delivery, ms; the three seconds of the person's patience go on meanwhile. */
  deliverDelayMs?: number;
}

/** An incident that the simulated trading host can be put into, from the page's menu. */
export interface PageIncident {
  id: string;
  title: string;
  description: string;
  active: boolean;
  /** Which host it concerns; empty for the data feed. */
  host: string;
}

export interface PageSnapshot {
  type: 'snapshot';
  teamName: string;
  users: PageUser[];
  channels: PageChannel[];
  /** User groups, for their mentions (`<!subteam^S…>`). */
  userGroups?: { id: string; name: string }[];
  messages: PageMessage[];
  homes: PageHome[];
  modals: PageModal[];
  commands: PageCommand[];
  incidents: PageIncident[];
  misbehaviour: Misbehaviour;
  /** Is a Socket Mode client connected (or an HTTP endpoint configured)? */
  botConnected: boolean;
}

export type PageEvent =
  | PageSnapshot
  | { type: 'message'; message: PageMessage }
  /** All of them, also those that were there before. */
  | { type: 'channels'; channels: PageChannel[] }
  | { type: 'message_deleted'; channel: string; ts: string }
  | { type: 'home'; home: PageHome }
  /** The user's whole stack of modals, top last; empty: all closed. */
  | { type: 'modals'; user: string; modals: PageModal[] }
  | { type: 'incidents'; incidents: PageIncident[] }
  | { type: 'misbehaviour'; misbehaviour: Misbehaviour }
  | { type: 'bot'; connected: boolean }
  /** What Slack itself tells one person: "/lobml failed with the error dispatch_failed", a dead button. */
  | { type: 'notice'; user: string; channel?: string; text: string };

export type PageRequest =
  /** Text typed in a channel: a slash command when it starts with `/`, else a message. */
  | { type: 'say'; user: string; channel: string; text: string; threadTs?: string }
  /** A click on a button, a choice in a select, a changed input with dispatch_action. */
  | {
      type: 'action';
      user: string;
      container:
        | { kind: 'message'; channel: string; ts: string }
        | { kind: 'modal'; viewId: string }
        | { kind: 'home' };
      blockId: string;
      actionId: string;
      /** The element's own value: `{ value }` of a button, `{ selected_option }` of a select, … */
      payload: Record<string, unknown>;
      /** The values of all inputs in the same container: block_id → action_id → value object. */
      state?: Record<string, Record<string, unknown>>;
    }
  | { type: 'submit'; user: string; viewId: string; state: Record<string, Record<string, unknown>> }
  | { type: 'close_modal'; user: string; viewId: string }
  | { type: 'open_home'; user: string }
  | { type: 'incident'; id: string; host: string; active: boolean }
  | { type: 'misbehave'; misbehaviour: Misbehaviour }
  /** Cuts the Socket Mode connection now. */
  | { type: 'drop_socket' };

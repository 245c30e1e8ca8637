import type { PageChannel, PageEvent, PageMessage, PageSnapshot } from '../protocol.js';

/** Something that Slack itself says to one person. */
export interface Notice {
  id: number;
  /** Empty: whoever has this page open. */
  user: string;
  channel?: string;
  text: string;
}

export interface PageState extends Omit<PageSnapshot, 'type'> {
  notices: Notice[];
}

export type PageChange = PageEvent | { type: 'dismiss_notice'; id: number };

/** The state after an event; `undefined` until the first snapshot. */
export function reducePage(state: PageState | undefined, change: PageChange): PageState | undefined {
  if (change.type === 'snapshot') {
    // Ephemeral messages do not survive a reload on Slack either, whatever the server remembers.
    const { type: _, ...snapshot } = change;
    const messages = snapshot.messages.filter((message) => message.ephemeralFor === undefined);
    return { ...snapshot, messages: messages.sort(byTime), notices: [] };
  }
  return state && reduceEvent(state, change);
}

function reduceEvent(state: PageState, change: Exclude<PageChange, PageSnapshot>): PageState {
  switch (change.type) {
    case 'message':
      return { ...state, messages: withMessage(state.messages, change.message) };
    case 'channels':
      return { ...state, channels: change.channels };
    case 'message_deleted':
      return { ...state, messages: state.messages.filter((message) => !isAt(message, change)) };
    case 'home':
      return {
        ...state,
        homes: [...state.homes.filter(({ user }) => user !== change.home.user), change.home],
      };
    case 'modals':
      return {
        ...state,
        modals: [...state.modals.filter(({ user }) => user !== change.user), ...change.modals],
      };
    case 'incidents':
      return { ...state, incidents: change.incidents };
    case 'misbehaviour':
      return { ...state, misbehaviour: change.misbehaviour };
    case 'bot':
      return { ...state, botConnected: change.connected };
    case 'notice': {
      const { type: _, ...notice } = change;
      const id = (state.notices.at(-1)?.id ?? 0) + 1;
      return { ...state, notices: [...state.notices, { ...notice, id }] };
    }
    case 'dismiss_notice':
      return { ...state, notices: state.notices.filter(({ id }) => id !== change.id) };
  }
}

function withMessage(messages: PageMessage[], message: PageMessage): PageMessage[] {
  return [...messages.filter((other) => !isAt(other, message)), message].sort(byTime);
}

function isAt(message: PageMessage, place: { channel: string; ts: string }): boolean {
  return message.channel === place.channel && message.ts === place.ts;
}

function byTime(a: PageMessage, b: PageMessage): number {
  return Number(a.ts) - Number(b.ts);
}

/** Is it in a thread under another message? */
export function isReply(message: PageMessage): boolean {
  return message.threadTs !== undefined && message.threadTs !== message.ts;
}

/** The channels of everybody, and the bot's conversation with `user`. */
export function visibleChannels({ channels }: Pick<PageState, 'channels'>, user: string): PageChannel[] {
  return channels.filter(({ im }) => im === undefined || im === user);
}

/** What `user` may see in `channel`, replies too. */
export function visibleMessages(state: PageState, channel: string, user: string): PageMessage[] {
  return state.messages.filter(
    (message) =>
      message.channel === channel && (message.ephemeralFor === undefined || message.ephemeralFor === user),
  );
}

import { type Changes, createChanges } from './changes.js';
import { createTimestamps, slackId } from './ids.js';
import type { App, Channel, Member, Message, Notice, Seed, Team, UserGroup } from './model.js';
import { pageChannels, pageMessage } from './page-shapes.js';
import { createViews, type Views } from './views.js';

/** People, channels and messages, in memory. Every change is told to the listeners. */
export interface Workspace {
  readonly team: Team;
  readonly app: App;
  readonly members: readonly Member[];
  readonly userGroups: readonly UserGroup[];
  readonly changes: Changes;
  readonly views: Views;
  readonly notices: readonly Notice[];
  readonly now: () => number;
  readonly nextTs: () => string;
  channels(): Channel[];
  channel(id: string): Channel | undefined;
  /** The app's conversation with one person, opened when it is not there yet. */
  directChannel(user: string): Channel;
  member(id: string): Member | undefined;
  messages(channel: string): Message[];
  message(channel: string, ts: string): Message | undefined;
  post(message: Omit<Message, 'ts'>): Message;
  edit(message: Message, change: Partial<Pick<Message, 'text' | 'blocks' | 'metadata'>>): void;
  remove(message: Message): void;
  /** What Slack itself says to one person. */
  notify(notice: Notice): void;
}

export function createWorkspace(seed: Seed, now: () => number): Workspace {
  const changes = createChanges();
  const channels = new Map(seed.channels.map((channel) => [channel.id, { ...channel }]));
  const messages: Message[] = [];
  const notices: Notice[] = [];
  const nextTs = createTimestamps(now);
  const bot: Member = { id: seed.app.botUserId, name: seed.app.name, realName: seed.app.name, bot: true };
  const members = [...seed.members, bot];

  const workspace: Workspace = {
    team: seed.team,
    app: seed.app,
    members,
    userGroups: seed.userGroups,
    changes,
    views: createViews(changes),
    notices,
    now,
    nextTs,
    channels: () => [...channels.values()],
    channel: (id) => channels.get(id),
    member: (id) => members.find((member) => member.id === id),
    directChannel(user) {
      const known = [...channels.values()].find((channel) => channel.im === user);
      if (known) return known;
      const opened: Channel = { id: slackId('D'), name: 'directmessage', im: user, appIsMember: true };
      channels.set(opened.id, opened);
      changes.emit({ type: 'channels', channels: pageChannels(workspace) });
      return opened;
    },
    messages: (channel) => messages.filter((message) => message.channel === channel),
    message: (channel, ts) => messages.find((message) => message.channel === channel && message.ts === ts),
    post(draft) {
      const message: Message = { ...draft, ts: nextTs() };
      messages.push(message);
      changes.emit({ type: 'message', message: pageMessage(workspace, message) });
      return message;
    },
    edit(message, change) {
      Object.assign(message, change, { editedTs: nextTs() });
      changes.emit({ type: 'message', message: pageMessage(workspace, message) });
    },
    remove(message) {
      messages.splice(messages.indexOf(message), 1);
      changes.emit({ type: 'message_deleted', channel: message.channel, ts: message.ts });
    },
    notify(notice) {
      notices.push(notice);
      changes.emit({ type: 'notice', ...notice });
    },
  };
  return workspace;
}

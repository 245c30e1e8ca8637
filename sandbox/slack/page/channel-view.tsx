import type { ReactNode } from 'react';
import type { PageMessage } from '../protocol.js';
import { ChannelComposer } from './channel-composer.js';
import { MessageList } from './message-list.js';
import { MessageView } from './message-view.js';
import { PageHeader } from './page-header.js';
import { isReply, type PageState } from './page-state.js';

interface Props {
  state: PageState;
  user: string;
  channel: string;
  messages: PageMessage[];
  notices: ReactNode;
  onThread: (ts: string) => void;
  onOpenBar: () => void;
}

export function ChannelView({ state, user, channel, messages, notices, onThread, onOpenBar }: Props) {
  const known = state.channels.find(({ id }) => id === channel);
  const name = `${known?.im === undefined ? '#' : ''}${known?.name ?? channel}`;
  const own = messages.filter((message) => !isReply(message));
  return (
    <>
      <PageHeader title={name.replace(/^#/, '# ')} onOpenBar={onOpenBar} />
      <MessageList label={`Messages in ${name}`} newest={messages.at(-1)?.ts}>
        {own.length === 0 && (
          <p className="empty">
            Nothing here yet. Type <kbd>/</kbd> below to see what the bot can do.
          </p>
        )}
        {own.map((message) => (
          <MessageView
            key={message.ts}
            user={user}
            message={message}
            replies={messages.filter((reply) => isReply(reply) && reply.threadTs === message.ts)}
            onThread={onThread}
          />
        ))}
      </MessageList>
      {notices}
      <ChannelComposer user={user} channel={channel} name={name} commands={state.commands} />
    </>
  );
}

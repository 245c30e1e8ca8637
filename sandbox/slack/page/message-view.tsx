import type { PageMessage } from '../protocol.js';
import { BlockList } from './blocks/block-list.js';
import { SurfaceProvider } from './blocks/surface.js';
import { Mrkdwn } from './blocks/text.js';
import { useIdentified } from './blocks/use-identified.js';

interface Props {
  user: string;
  message: PageMessage;
  replies?: PageMessage[];
  /** Opens the thread; absent inside a thread. */
  onThread?: (ts: string) => void;
}

export function MessageView({ user, message, replies = [], onThread }: Props) {
  const ephemeral = message.ephemeralFor !== undefined;
  return (
    <article
      className={ephemeral ? 'message ephemeral' : 'message'}
      data-testid="message"
      data-ts={message.ts}
      aria-label={`Message from ${message.author.name}`}
    >
      <div className={`avatar ${message.author.kind}`} aria-hidden="true">
        {message.author.name.slice(0, 1).toUpperCase()}
      </div>
      <div className="message-body">
        {ephemeral && <p className="only-you">Only visible to you</p>}
        <MessageByline message={message} />
        <MessageContent user={user} message={message} />
        {message.edited && <span className="edited">(edited)</span>}
        {onThread && !ephemeral && <ThreadButton replies={replies} onClick={() => onThread(message.ts)} />}
      </div>
    </article>
  );
}

function MessageByline({ message }: { message: PageMessage }) {
  const at = new Date(Number(message.ts) * 1000);
  return (
    <p className="byline">
      <strong>{message.author.name}</strong>
      {message.author.kind === 'bot' && <span className="app-badge">APP</span>}
      <time dateTime={at.toISOString()} title={at.toLocaleString()}>
        {at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
      </time>
    </p>
  );
}

function MessageContent({ user, message }: { user: string; message: PageMessage }) {
  const blocks = useIdentified(message.blocks);
  if (blocks.length === 0) {
    return <Mrkdwn text={message.text} />;
  }
  return (
    <SurfaceProvider
      user={user}
      container={{ kind: 'message', channel: message.channel, ts: message.ts }}
      blocks={blocks}
    >
      <BlockList blocks={blocks} />
    </SurfaceProvider>
  );
}

function ThreadButton({ replies, onClick }: { replies: PageMessage[]; onClick: () => void }) {
  const count = replies.length;
  const label = count === 0 ? 'Reply in thread' : count === 1 ? '1 reply' : `${count} replies`;
  return (
    <button type="button" className={count === 0 ? 'thread-button quiet' : 'thread-button'} onClick={onClick}>
      {label}
    </button>
  );
}

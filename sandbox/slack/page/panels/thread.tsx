import { useState } from 'react';
import type { PageMessage } from '../../protocol.js';
import { Composer } from '../composer.js';
import { useSend } from '../link.js';
import { MessageList } from '../message-list.js';
import { MessageView } from '../message-view.js';

interface Props {
  user: string;
  channel: string;
  /** Of the message that the thread hangs on. */
  ts: string;
  messages: PageMessage[];
}

export function Thread({ user, channel, ts, messages }: Props) {
  const send = useSend();
  const [text, setText] = useState('');
  const shown = messages.filter((message) => message.ts === ts || message.threadTs === ts);
  return (
    <>
      <MessageList label="Messages in the thread" newest={shown.at(-1)?.ts}>
        {shown.map((message) => (
          <MessageView key={message.ts} user={user} message={message} />
        ))}
      </MessageList>
      <div className="composer-area">
        <Composer
          label="Reply in the thread"
          text={text}
          onText={setText}
          onSend={() => {
            send({ type: 'say', user, channel, text: text.trim(), threadTs: ts });
            setText('');
          }}
        />
      </div>
    </>
  );
}

import { memo } from 'react';
import { type Block, Message } from 'slack-blocks-to-jsx';
import { useDirectory } from '../directory.js';
import { BlockBoundary } from './block-boundary.js';

/** Draws one block with slack-blocks-to-jsx. A block that it cannot draw shows its type and its source. */
export const LibraryBlock = memo(function LibraryBlock({ block }: { block: unknown }) {
  const directory = useDirectory();
  return (
    <BlockBoundary block={block}>
      <Message
        blocks={[block as Block]}
        name=""
        logo=""
        theme="light"
        withoutWrapper
        data={{ users: directory.users, channels: directory.channels, user_groups: directory.userGroups }}
        hooks={{
          user: ({ id, name }) => <Mention>@{name || directory.nameOf(id)}</Mention>,
          channel: ({ id, name }) => <Mention>#{name || directory.nameOf(id)}</Mention>,
          emoji: (emoji, parse) => emojiOrText(emoji.name, parse(emoji)),
          usergroup: ({ id, name }) => <Mention>@{name || directory.nameOf(id)}</Mention>,
        }}
      />
    </BlockBoundary>
  );
});

function Mention({ children }: { children: React.ReactNode }) {
  return <span className="mention">{children}</span>;
}

/** The library takes the middle of 14:01:52 for an emoji and drops its colons: what is none stays as written. */
function emojiOrText(name: string, parsed: string): string {
  return parsed === '' || parsed === name ? `:${name}:` : parsed;
}

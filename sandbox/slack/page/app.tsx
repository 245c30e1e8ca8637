import { useMemo } from 'react';
import { ConfirmProvider } from './blocks/confirm.js';
import { createDirectory, DirectoryContext } from './directory.js';
import { SendContext } from './link.js';
import { useSlack } from './use-slack.js';
import { Workspace } from './workspace.js';

export function App() {
  const { state, online, send, change } = useSlack();
  const { users, channels, userGroups } = state ?? {};
  const directory = useMemo(
    () =>
      createDirectory(
        users ?? [],
        (channels ?? []).filter(({ im }) => im === undefined),
        userGroups ?? [],
      ),
    [users, channels, userGroups],
  );
  if (state === undefined) {
    return <p className="connecting">Connecting to the local Slack…</p>;
  }
  return (
    <SendContext value={send}>
      <DirectoryContext value={directory}>
        <ConfirmProvider>
          <Workspace
            state={state}
            online={online}
            dismissNotice={(id) => change({ type: 'dismiss_notice', id })}
          />
        </ConfirmProvider>
      </DirectoryContext>
    </SendContext>
  );
}

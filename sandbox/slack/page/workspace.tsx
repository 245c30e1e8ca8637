import { useEffect, useState } from 'react';
import { ChannelView } from './channel-view.js';
import { HOME, useChosen } from './chosen.js';
import { HomeView } from './home-view.js';
import { useSend } from './link.js';
import { ModalStack } from './modal-stack.js';
import { Notices } from './notices.js';
import { type PageState, visibleMessages } from './page-state.js';
import { type PanelChoice, SidePanel } from './panels/side-panel.js';
import { Sidebar } from './sidebar.js';

interface Props {
  state: PageState;
  online: boolean;
  dismissNotice: (id: number) => void;
}

/** The whole window: bar on the left, channel or Home in the middle, a panel on the right, modals above. */
export function Workspace({ state, online, dismissNotice }: Props) {
  const send = useSend();
  const { user, channel, chooseUser, chooseChannel } = useChosen(state.users, state.channels);
  const [panel, setPanel] = useState<PanelChoice>();
  const [barOpen, setBarOpen] = useState(false);
  const atHome = channel === HOME;
  useEffect(() => {
    if (atHome && online) {
      send({ type: 'open_home', user });
    }
  }, [atHome, online, user, send]);

  const goTo = (place: string) => {
    chooseChannel(place);
    setBarOpen(false);
    setPanel((open) => (open?.kind === 'thread' ? undefined : open));
  };
  const openPanel = (choice: PanelChoice) => {
    setPanel(choice);
    setBarOpen(false);
  };
  const messages = visibleMessages(state, channel, user);
  const modals = state.modals.filter((modal) => modal.user === user);
  const notices = state.notices.filter((notice) => notice.user === user || notice.user === '');
  const noticeList = <Notices notices={notices} onDismiss={dismissNotice} />;
  const openBar = () => setBarOpen(true);

  return (
    <div className={`workspace ${panel ? 'with-panel' : ''}`}>
      <Sidebar
        state={state}
        user={user}
        place={channel}
        open={barOpen}
        onClose={() => setBarOpen(false)}
        onUser={chooseUser}
        onPlace={goTo}
        onPanel={openPanel}
      />
      <main>
        <ConnectionBanner online={online} botConnected={state.botConnected} />
        {atHome ? (
          <HomeView user={user} home={state.homes.find((home) => home.user === user)} onOpenBar={openBar} />
        ) : (
          <ChannelView
            key={`${channel} ${user}`}
            state={state}
            user={user}
            channel={channel}
            messages={messages}
            onThread={(ts) => openPanel({ kind: 'thread', ts })}
            onOpenBar={openBar}
            notices={modals.length === 0 && noticeList}
          />
        )}
        {atHome && modals.length === 0 && noticeList}
      </main>
      {panel && (
        <SidePanel
          choice={panel}
          state={state}
          user={user}
          channel={channel}
          messages={messages}
          onClose={() => setPanel(undefined)}
        />
      )}
      {modals.length > 0 && <ModalStack user={user} modals={modals} notices={noticeList} />}
    </div>
  );
}

function ConnectionBanner({ online, botConnected }: { online: boolean; botConnected: boolean }) {
  const sentence = !online
    ? 'The local Slack does not answer. Trying again…'
    : botConnected
      ? undefined
      : 'The bot is not connected: commands and clicks will fail.';
  return (
    <div role="status">{sentence && <p className={online ? 'banner' : 'banner offline'}>{sentence}</p>}</div>
  );
}

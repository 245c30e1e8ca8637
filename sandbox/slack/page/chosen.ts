import { useEffect, useState } from 'react';
import type { PageChannel, PageUser } from '../protocol.js';
import { visibleChannels } from './page-state.js';

/** The place in the bar on the left that is not a channel. */
export const HOME = 'home';

const STORAGE_KEY = 'local-slack';

interface Chosen {
  user: string;
  /** A channel's id, or `HOME`. */
  channel: string;
}

/**
 * Who the person is and where they look: from the address (`?user=…&channel=…`), else as last time, else the first.
 * Kept in the address and in localStorage.
 */
export function useChosen(users: PageUser[], channels: PageChannel[]) {
  const [wanted, setWanted] = useState(readChosen);
  const user = users.find(({ id }) => id === wanted.user)?.id ?? users[0]?.id ?? '';
  const visible = visibleChannels({ channels }, user);
  const known = wanted.channel === HOME || visible.some(({ id }) => id === wanted.channel);
  const channel = known && wanted.channel ? wanted.channel : (visible[0]?.id ?? HOME);
  useEffect(() => keepChosen({ user, channel }), [user, channel]);
  return {
    user,
    channel,
    chooseUser: (id: string) => setWanted({ user: id, channel }),
    chooseChannel: (id: string) => setWanted({ user, channel: id }),
  };
}

function readChosen(): Partial<Chosen> {
  const address = Object.fromEntries(new URLSearchParams(window.location.search));
  return { ...readStored(), ...address };
}

/** What another version of the page stored, or a person edited, must not keep the page from opening. */
function readStored(): Partial<Chosen> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? stored : {};
  } catch {
    return {};
  }
}

function keepChosen(chosen: Chosen): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(chosen));
  const address = new URL(window.location.href);
  address.searchParams.set('user', chosen.user);
  address.searchParams.set('channel', chosen.channel);
  window.history.replaceState(null, '', address);
}

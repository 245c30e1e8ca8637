import { useEffect, useState } from 'react';
import { type PageState, visibleMessages } from './page-state.js';

const STORAGE_KEY = 'local-slack-read';

/** By person and channel: the time stamp of the newest message that was on the screen. */
type Read = Record<string, string>;

/** Remembers what has been read. @returns how many messages of others `user` has not seen in a channel. */
export function useUnread(state: PageState, user: string, place: string): (channel: string) => number {
  const [read, setRead] = useState(readStored);
  const key = (channel: string) => `${user} ${channel}`;
  const here = key(place);
  const newest = visibleMessages(state, place, user).at(-1)?.ts;
  useEffect(() => {
    if (newest === undefined) {
      return;
    }
    setRead((before) => {
      const after = { ...before, [here]: newest };
      localStorage.setItem(STORAGE_KEY, JSON.stringify(after));
      return after;
    });
  }, [here, newest]);
  return (channel) =>
    channel === place
      ? 0
      : visibleMessages(state, channel, user).filter(
          ({ ts, author }) => author.id !== user && Number(ts) > Number(read[key(channel)] ?? 0),
        ).length;
}

/** A stored value that cannot be read must not keep the page from opening. */
function readStored(): Read {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Read) : {};
  } catch {
    return {};
  }
}

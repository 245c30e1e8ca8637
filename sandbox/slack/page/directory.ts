import { createContext, useContext } from 'react';
import type { PageChannel, PageUser } from '../protocol.js';

/** Who and what the ids in messages stand for. */
export interface Directory {
  users: PageUser[];
  channels: PageChannel[];
  userGroups: { id: string; name: string }[];
  /** The name behind an id; the id itself where it is unknown. */
  nameOf(id: string): string;
}

export function createDirectory(
  users: PageUser[],
  channels: PageChannel[],
  userGroups: { id: string; name: string }[],
): Directory {
  const names = new Map([...users, ...channels, ...userGroups].map(({ id, name }) => [id, name]));
  return { users, channels, userGroups, nameOf: (id) => names.get(id) ?? id };
}

export const DirectoryContext = createContext(createDirectory([], [], []));

export function useDirectory(): Directory {
  return useContext(DirectoryContext);
}

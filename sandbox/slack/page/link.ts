import { createContext, useContext } from 'react';
import type { PageRequest } from '../protocol.js';

/** Sends a request to the local Slack; dropped while there is no connection (the page says so). */
export type Send = (request: PageRequest) => void;

export const SendContext = createContext<Send>(() => undefined);

export function useSend(): Send {
  return useContext(SendContext);
}

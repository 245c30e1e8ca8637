import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { type Connection, connectToSlack } from './connection.js';
import type { Send } from './link.js';
import { type PageChange, type PageState, reducePage } from './page-state.js';

/** The state of the local Slack, kept up to date, and the way to ask it for something. */
export function useSlack(): {
  state: PageState | undefined;
  online: boolean;
  send: Send;
  change: (change: PageChange) => void;
} {
  const [state, change] = useReducer(reducePage, undefined);
  const [online, setOnline] = useState(false);
  const connection = useRef<Connection>(undefined);
  useEffect(() => {
    const url = new URL('/page', window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    connection.current = connectToSlack(url.href, change, setOnline);
    return () => connection.current?.close();
  }, []);
  const send = useCallback<Send>((request) => connection.current?.send(request), []);
  return { state, online, send, change };
}

import type { PageEvent, PageRequest } from '../protocol.js';

const RECONNECT_MS = 500;

export interface Connection {
  send(request: PageRequest): void;
  close(): void;
}

/**
 * Holds one WebSocket to the local Slack and opens it again whenever it goes. Each connection begins with a
 * snapshot, so nothing needs to be remembered across a gap.
 */
export function connectToSlack(
  url: string,
  onEvent: (event: PageEvent) => void,
  onOpen: (open: boolean) => void,
): Connection {
  let socket: WebSocket;
  let closed = false;
  let retry: number | undefined;
  const open = () => {
    socket = new WebSocket(url);
    socket.onopen = () => onOpen(true);
    socket.onmessage = ({ data }) => onEvent(JSON.parse(String(data)) as PageEvent);
    socket.onclose = () => {
      if (!closed) {
        onOpen(false);
        retry = window.setTimeout(open, RECONNECT_MS);
      }
    };
  };
  open();
  return {
    send: (request) => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify(request));
      }
    },
    close: () => {
      closed = true;
      window.clearTimeout(retry);
      socket.close();
    },
  };
}

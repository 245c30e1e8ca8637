import { once } from 'node:events';
import WebSocket from 'ws';
import type { PageEvent, PageRequest } from '../../sandbox/slack/protocol.js';

/** Asks the local Slack what a person does at its page, and waits for the event that shows it done. */
export async function askPage(
  pageUrl: string,
  request: PageRequest,
  isDone: (event: PageEvent) => boolean = (event) => event.type !== 'snapshot',
): Promise<void> {
  const socket = new WebSocket(new URL('/page', pageUrl.replace(/^http/, 'ws')));
  try {
    await once(socket, 'open');
    const done = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        if (isDone(JSON.parse(String(data)))) resolve();
      });
    });
    socket.send(JSON.stringify(request));
    await done;
  } finally {
    socket.close();
  }
}

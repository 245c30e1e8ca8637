import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Changes } from '../changes.js';
import { jsonMessage } from '../json-message.js';
import type { PageEvent, PageRequest, PageSnapshot } from '../protocol.js';

export interface PageSocket {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export interface PageSocketOptions {
  readonly changes: Changes;
  snapshot(): PageSnapshot;
  /** Does what the person at the page asks for. A rejection is shown to that person. */
  handle(request: PageRequest): Promise<unknown>;
}

function write(socket: WebSocket, event: PageEvent): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event));
}

/** The page is ours and sends what the protocol says; anything else is dropped. */
function readRequest(data: string): PageRequest | undefined {
  const message = jsonMessage(data);
  return typeof message?.type === 'string' ? (message as PageRequest) : undefined;
}

/** The WebSocket at `/page`: a snapshot first, then every change. */
export function createPageSocket(options: PageSocketOptions): PageSocket {
  const server = new WebSocketServer({ noServer: true });

  async function receive(socket: WebSocket, data: string): Promise<void> {
    const request = readRequest(data);
    if (!request) return;
    try {
      await options.handle(request);
    } catch (error) {
      const user = 'user' in request ? request.user : '';
      const text = error instanceof Error ? error.message : String(error);
      write(socket, { type: 'notice', user, text });
    }
  }

  function greet(socket: WebSocket): void {
    write(socket, options.snapshot());
    const stopListening = options.changes.listen((event) => write(socket, event));
    socket.on('message', (data) => void receive(socket, String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', stopListening);
  }

  return {
    accept: (request, socket, head) => server.handleUpgrade(request, socket, head, greet),
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

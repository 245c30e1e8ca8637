import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from '../block-kit/rule.js';
import { secret } from '../ids.js';
import { jsonMessage } from '../json-message.js';
import type { Ack, Transport } from './transport.js';

/** Slack keeps at most ten connections an app, and pings each of them. */
const MAX_CONNECTIONS = 10;
const PING_EVERY_MS = 10_000;
const CLOSE_WITHIN_MS = 500;

export interface SocketHub extends Transport {
  /** A fresh address, good for one connection. */
  issuePath(): string;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly connections: number;
  /** Cuts every connection without a closing handshake, as a broken network does. */
  drop(): void;
  /** Asks every client to connect anew, as Slack does about once an hour. */
  refresh(): void;
  /** Ends every connection with the closing handshake: without it, Bolt's client lingers for 30 s. */
  close(): Promise<void>;
}

interface Pending {
  readonly socket: WebSocket;
  settle(ack: Ack): void;
}

export interface SocketHubOptions {
  readonly appId: string;
  readonly ackTimeoutMs: number;
  onChange(connected: boolean): void;
}

function acknowledgement(data: string): { id: string; body: unknown } | undefined {
  const message = jsonMessage(data);
  if (typeof message?.envelope_id !== 'string') return undefined;
  return { id: message.envelope_id, body: message.payload };
}

export function createSocketHub(options: SocketHubOptions): SocketHub {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  const sockets: WebSocket[] = [];
  const pending = new Map<string, Pending>();
  const debugInfo = { host: 'applink-sandbox', build_number: 1, approximate_connection_time: 18_060 };

  function write(socket: WebSocket, message: JsonObject): void {
    socket.send(JSON.stringify(message));
  }

  function forget(socket: WebSocket): void {
    sockets.splice(sockets.indexOf(socket), 1);
    for (const waiting of [...pending.values()].filter((one) => one.socket === socket)) {
      waiting.settle({ ok: false, error: 'dispatch_failed' });
    }
    options.onChange(sockets.length > 0);
  }

  function greet(socket: WebSocket): void {
    sockets.push(socket);
    const pings = setInterval(() => socket.ping(), PING_EVERY_MS);
    pings.unref();
    socket.on('message', (data) => {
      const ack = acknowledgement(String(data));
      if (ack) pending.get(ack.id)?.settle({ ok: true, body: ack.body });
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearInterval(pings);
      forget(socket);
    });
    const info = {
      num_connections: sockets.length,
      debug_info: debugInfo,
      connection_info: { app_id: options.appId },
    };
    write(socket, { type: 'hello', ...info });
    options.onChange(true);
  }

  function nextSocket(): WebSocket | undefined {
    const socket = sockets.shift();
    if (socket) sockets.push(socket);
    return socket;
  }

  return {
    get connections() {
      return sockets.length;
    },
    get connected() {
      return sockets.length > 0;
    },
    issuePath() {
      const ticket = secret(16);
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${options.appId}`;
    },
    accept(request, duplex, head) {
      const ticket = new URL(request.url ?? '/', 'http://sandbox').searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket)) {
        duplex.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, duplex, head, (socket) => {
        if (sockets.length < MAX_CONNECTIONS) return greet(socket);
        write(socket, { type: 'disconnect', reason: 'too_many_websockets', debug_info: debugInfo });
        socket.close();
      });
    },
    send(delivery, attempt) {
      const socket = nextSocket();
      if (!socket) return Promise.resolve({ ok: false, error: 'dispatch_failed' });
      const envelopeId = randomUUID();
      return new Promise<Ack>((resolve) => {
        const timer = setTimeout(
          () => settle({ ok: false, error: 'operation_timeout' }),
          options.ackTimeoutMs,
        );
        const settle = (ack: Ack) => {
          clearTimeout(timer);
          pending.delete(envelopeId);
          resolve(ack);
        };
        pending.set(envelopeId, { socket, settle });
        const retry = { retry_attempt: attempt.number, retry_reason: attempt.reason ?? '' };
        write(socket, {
          envelope_id: envelopeId,
          payload: delivery.payload,
          type: delivery.kind,
          accepts_response_payload: delivery.kind !== 'events_api',
          ...(delivery.kind === 'events_api' ? retry : {}),
        });
      });
    },
    drop() {
      for (const socket of [...sockets]) socket.terminate();
    },
    refresh() {
      for (const socket of sockets) {
        write(socket, { type: 'disconnect', reason: 'refresh_requested', debug_info: debugInfo });
      }
    },
    async close() {
      for (const socket of sockets) socket.close(1001);
      const patience = AbortSignal.timeout(CLOSE_WITHIN_MS);
      while (sockets.length > 0 && !patience.aborted) await pause(5);
      for (const socket of [...sockets]) socket.terminate();
      server.close();
    },
  };
}

import { connect } from 'node:net';
import type pg from 'pg';
import { z } from 'zod';

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, CancelRequest. */
const CANCEL_REQUEST_CODE = 80_877_102;
const GIVE_UP_MS = 1_000;

const keySchema = z.object({ processID: z.number().int(), secretKey: z.number().int() });

/**
 * Asks the server to end what this connection runs, over a connection of its own that needs no account and counts
 * towards no limit. It is a request: a server that does not answer has its own `statement_timeout`.
 */
export function requestCancel(
  client: pg.ClientBase & { readonly host: string; readonly port: number },
): void {
  const key = keySchema.safeParse(client);
  if (!key.success) return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  message.writeInt32BE(key.data.processID, 8);
  message.writeInt32BE(key.data.secretKey, 12);
  const { host, port } = client;
  const socket = host.startsWith('/')
    ? connect({ path: `${host}/.s.PGSQL.${port}` })
    : connect({ host, port });
  socket.unref();
  socket.setTimeout(GIVE_UP_MS, () => socket.destroy());
  socket.once('error', () => socket.destroy());
  socket.once('connect', () => socket.end(message));
}

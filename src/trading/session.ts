import type pg from 'pg';
import { SERVER_IDENTITY } from '../store/server-moment.js';

/** The server's time-out with which a connection begins. */
export const SESSION_TIMEOUT_MS = 4_800;

/** A server that takes longer to forget than this is frozen. */
const GIVE_UP_MS = 1_000;

/** The time-out that each connection's session has now; it is set again only when a query wants another. */
const timeouts = new WeakMap<pg.ClientBase, number>();

const timeoutOf = (client: pg.ClientBase): number => timeouts.get(client) ?? SESSION_TIMEOUT_MS;

/** The running server behind each connection. */
const servers = new WeakMap<pg.ClientBase, string>();

const WHICH_SERVER = `SELECT ${SERVER_IDENTITY} AS server, pg_backend_pid() AS pid`;

/** Asked once of a connection; of one whose announced process is another, for each statement: a pooler may lead each elsewhere. */
export async function serverOf(
  client: pg.ClientBase & { readonly processID?: number | undefined },
): Promise<string> {
  const known = servers.get(client);
  if (known !== undefined) return known;
  const { rows } = await client.query<{ server: string; pid: number }>(WHICH_SERVER);
  const { server = '', pid } = rows[0] ?? {};
  if (pid === client.processID) servers.set(client, server);
  return server;
}

export async function setTimeoutOf(client: pg.ClientBase, wantedMs: number): Promise<void> {
  if (wantedMs === timeoutOf(client)) return;
  await client.query(`SET statement_timeout = ${wantedMs}`);
  timeouts.set(client, wantedMs);
}

/**
 * What a statement has left in its session (settings, locks, another role) reaches no later one. The settings of the
 * connection's first message stay: to them it goes back.
 * @returns false: the connection must be closed.
 */
export function resetSession(client: pg.ClientBase): Promise<boolean> {
  timeouts.delete(client);
  return new Promise((resolve) => {
    // A plain timer: one that is ended by a signal makes an error of it, in the time of the next statement.
    const late = setTimeout(resolve, GIVE_UP_MS, false).unref();
    const settle = (isReset: boolean) => {
      clearTimeout(late);
      resolve(isReset);
    };
    client.query('DISCARD ALL').then(
      () => settle(true),
      () => settle(false),
    );
  });
}

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { z } from 'zod';
import { BARE_ENVIRONMENT } from './account.js';
import { type Cluster, SUPERUSER } from './cluster.js';

/** What the server tells about itself: the process that started it, and so ends it. */
export const OWNER_SETTING = 'lobml.owner_pid';

export type ServerState =
  | { readonly kind: 'none' }
  /** It starts, stops, or is too busy to say: ask again. */
  | { readonly kind: 'unsettled'; readonly pid: number }
  | { readonly kind: 'running'; readonly pid: number; readonly port: number; readonly ownerPid: number };

const answerSchema = z.object({ data: z.string(), owner: z.coerce.number().int() });

/** Looks for a server on this cluster, also one that a killed process left behind. */
export async function findRunningServer(cluster: Cluster): Promise<ServerState> {
  const pidFile = join(cluster.data, 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return { kind: 'none' };
  if (!(await isPostgres(pid))) {
    // The number was given to another program since, as happens in each restart of a container.
    await rm(pidFile, { force: true });
    return { kind: 'none' };
  }
  const port = Number(lines[3]);
  if (!Number.isInteger(port) || port <= 0) return { kind: 'unsettled', pid };
  const ownerPid = await askOwner(cluster, port);
  return ownerPid === undefined ? { kind: 'unsettled', pid } : { kind: 'running', pid, port, ownerPid };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and another's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const inProc = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined);
  if (inProc !== undefined) return inProc.trim() === 'postgres';
  const options = { reject: false, env: BARE_ENVIRONMENT, extendEnv: false } as const;
  const { stdout } = await execa('ps', ['-o', 'comm=', '-p', String(pid)], options);
  return String(stdout ?? '').includes('postgres');
}

async function askOwner(cluster: Cluster, port: number): Promise<number | undefined> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password: cluster.password,
    database: 'postgres',
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const text = `SELECT current_setting('data_directory') AS data, current_setting('${OWNER_SETTING}') AS owner`;
    const answer = answerSchema.parse((await client.query(text)).rows[0]);
    return answer.data === cluster.data ? answer.owner : undefined;
  } catch {
    return undefined;
  } finally {
    client.end().catch(() => {});
  }
}

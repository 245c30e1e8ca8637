import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findServerAccount } from './embedded/account.js';
import { findBinaries } from './embedded/binaries.js';
import { type Cluster, openCluster, SUPERUSER } from './embedded/cluster.js';
import { ownerOf, preparePlace } from './embedded/place.js';
import { findRunningServer, isAlive, type ServerState } from './embedded/running-server.js';
import { endServer, pickPort, type ServerOptions, spawnServer } from './embedded/server-process.js';

const POLL_MS = 25;

interface EmbeddedPostgresOptions {
  /** `DATA_DIR`: the database lives in its folder `postgres`. */
  readonly dataDir: string;
  /**
   * `own` is for the bot, whose database must live as long as itself: it waits for another process's server to go.
   * `share` is for a terminal: it uses the server that runs, and starts one only where none does.
   */
  readonly use: 'own' | 'share';
  /** False for databases that nobody needs after a crash. */
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** Where root puts what PostgreSQL's account cannot reach otherwise, and others a copy of programs that lack their links. */
  readonly systemDir?: string;
  /** How long to wait for a server to start, or for another process's server to go. */
  readonly waitMs?: number;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** True where another process started the server, and so ends it. */
  readonly isShared: boolean;
  /** A connection string. It holds a password: never log it. */
  url(database: string): string;
  /** Creates the database unless it exists, as a copy of `template` where one is named. */
  createDatabase(name: string, template?: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  /** Ends the server, unless it is another process's. */
  stop(): Promise<void>;
}

type Running = Extract<ServerState, { kind: 'running' }>;

/**
 * Starts the PostgreSQL that npm brought, for machines without a server: the first start takes 1 to 2 s, later ones
 * some 100 ms. `docs/decisions/embedded-postgresql.md` tells the rules.
 *
 * @throws Error with a sentence for the person who starts the bot.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const lent = await findServerAccount(process.getuid?.());
  const usual = lent === undefined ? resolve(options.dataDir, 'programs') : '/var/lib/lobml';
  const systemDir = options.systemDir ?? usual;
  const place = await preparePlace(options.dataDir, lent, systemDir);
  const account = lent && ((await ownerOf(join(place, 'cluster', 'data'))) ?? lent);
  const binaries = await findBinaries(account, systemDir);
  const durable = options.durable ?? true;
  const cluster = await openCluster(place, { binaries, account, durable });
  const maxConnections = options.maxConnections ?? 60;
  const running = await settle(cluster, options, { binaries, account, durable, maxConnections });
  return createHandle(cluster, running);
}

/** Goes round until a server runs that this process may use. */
async function settle(
  cluster: Cluster,
  options: EmbeddedPostgresOptions,
  server: Omit<ServerOptions, 'port'>,
): Promise<Running> {
  const deadline = performance.now() + (options.waitMs ?? 30_000);
  let state = await findRunningServer(cluster);
  for (; performance.now() < deadline; state = await findRunningServer(cluster)) {
    if (state.kind === 'running') {
      if (state.ownerPid === process.pid || (options.use === 'share' && isAlive(state.ownerPid)))
        return state;
      if (!isAlive(state.ownerPid)) await endServer(state.pid);
    } else if (state.kind === 'none') {
      await startOnFreePort(cluster, server, deadline);
      continue;
    }
    await sleep(POLL_MS);
  }
  throw new Error(await explainWait(cluster, state));
}

/** Starts a server and waits until it answers or is gone (another process was faster, or the port was taken). */
async function startOnFreePort(
  cluster: Cluster,
  server: Omit<ServerOptions, 'port'>,
  deadline: number,
): Promise<void> {
  const portFile = join(cluster.data, '..', 'port');
  const remembered = Number(await readFile(portFile, 'utf8').catch(() => ''));
  const port = await pickPort(remembered > 0 ? remembered : undefined);
  await writeFile(portFile, `${port}\n`, { mode: 0o600 });
  const exited = await spawnServer(cluster, { ...server, port });
  while (!exited() && performance.now() < deadline) {
    if ((await findRunningServer(cluster)).kind === 'running') return;
    await sleep(POLL_MS);
  }
}

async function explainWait(cluster: Cluster, state: ServerState): Promise<string> {
  if (state.kind === 'running') {
    return (
      `Process ${state.ownerPid} already runs on ${cluster.data}: end it first, ` +
      'or give both processes one DATABASE_URL.'
    );
  }
  const log = await readFile(join(cluster.data, '..', 'server.log'), 'utf8').catch(() => '');
  const lastWords = log.trim().split('\n').slice(-3).join(' ');
  return `The embedded PostgreSQL in ${cluster.data} did not get ready. Its log ends with: ${lastWords}`;
}

function createHandle(cluster: Cluster, { pid, port, ownerPid }: Running): EmbeddedPostgres {
  const isShared = ownerPid !== process.pid;
  const url = (database: string) =>
    `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const administer = async (statement: string) => {
    const client = new pg.Client({ connectionString: url('postgres') });
    // A connection that is lost is told by the statement; without a listener it would end the process.
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  return {
    port,
    isShared,
    url,
    async createDatabase(name, template = 'template0') {
      const words = `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`;
      await administer(words).catch((error: { code?: string }) => {
        if (error.code !== DUPLICATE_DATABASE) throw error;
      });
    },
    dropDatabase: (name) => administer(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    stop: async () => (isShared ? undefined : endServer(pid)),
  };
}

const DUPLICATE_DATABASE = '42P04';

import { access, chmod, constants, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { migrate } from '../../src/store/migrate.js';
import { TEMPLATE_DATABASE } from './database.js';

export interface TestServer {
  /** The server's own database, from which tests create theirs. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL that forgets everything when it stops. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(await roomyFolder(), 'lobml-test-'));
  // PostgreSQL's account must be able to enter, where root runs the tests.
  await chmod(folder, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    systemDir: join(folder, 'system'),
    use: 'own',
    durable: false,
    maxConnections: 200,
  });
  await server.createDatabase(TEMPLATE_DATABASE);
  await migrate({ url: server.url(TEMPLATE_DATABASE) });
  return {
    url: server.url('postgres'),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const MEMORY_FOLDER = '/dev/shm';
const ENOUGH_BYTES = 4 * 1024 ** 3;

/** Each of some hundred databases is as many files: in memory, where there is enough of it, they cost half as much. */
async function roomyFolder(): Promise<string> {
  try {
    await access(MEMORY_FOLDER, constants.W_OK);
    const { bavail, bsize } = await statfs(MEMORY_FOLDER);
    return bavail * bsize >= ENOUGH_BYTES ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
}

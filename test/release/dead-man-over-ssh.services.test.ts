import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { selectRelease } from '../../src/release/store/releases.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { eventually } from '../sandbox/host/eventually.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createSshSystemdHost, type SshSystemdHost, UNIT } from './support/ssh-systemd-host.js';

const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';
/** Its checks come too late to confirm it before the bot is killed. */
const WATCH = { checkpointMinutes: [2.9], confirmMinutes: 3 };

let host: SshSystemdHost;
let database: TestDatabase;
let folder: string;
let bot: ChildProcess | undefined;
let isDropped = false;

beforeAll(async () => {
  host = await createSshSystemdHost(WATCH);
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  folder = await mkdtemp(join(PROGRAMS_FOLDER, 'bot-over-ssh-'));
  const entryPoints = [join(import.meta.dirname, 'support', 'bot-over-ssh.ts')];
  await buildPrograms({ entryPoints, folder, extension: '.mjs' });
});
afterAll(async () => {
  bot?.kill('SIGKILL');
  if (!isDropped) await database.drop();
  await host.end();
  await rm(folder, { recursive: true });
});

async function pidOfService(): Promise<string> {
  const words = ['systemctl', '--user', 'show', '--property=MainPID', '--value', UNIT];
  return (await host.systemd.runner.run(words)).stdout.toString().trim();
}

async function flagOfProcess(): Promise<string | undefined> {
  const text = await readFile(`/proc/${await pidOfService()}/environ`, 'utf8').catch(() => '');
  return text
    .split('\0')
    .find((line) => line.startsWith(`${FLAG}=`))
    ?.split('=')[1];
}

test('a deploy that is killed everywhere, bot, database and network, is off by its deadline and five seconds', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lobml-data-'));
  const words = [host.runbookFile, host.targetsFile, dataDir, database.url];
  bot = spawn(process.execPath, [join(folder, 'bot-over-ssh.mjs'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(bot.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const { releaseId } = JSON.parse(said.toString()) as { releaseId: string };
  const release = await eventually(
    'the new process',
    async () => {
      const found = await selectRelease(database.pool, releaseId);
      const isProved = found?.steps.some(({ kind, state }) => kind === 'prove_start' && state === 'done');
      return isProved ? found : undefined;
    },
    170_000,
    async () => selectRelease(database.pool, releaseId),
  );
  expect(await flagOfProcess()).toBe('true');
  const before = await pidOfService();

  bot.kill('SIGKILL');
  await once(bot, 'exit');
  await database.drop();
  isDropped = true;
  await host.cutNetwork();

  const deadline = Date.parse(release.confirmBy);
  expect(Date.now()).toBeLessThan(deadline);
  expect(await flagOfProcess()).toBe('true');
  await eventually('the flag to be off', async () =>
    (await flagOfProcess()) === 'false' ? true : undefined,
  );
  const lateMs = Date.now() - deadline;
  expect(lateMs).toBeGreaterThanOrEqual(0);
  expect(lateMs).toBeLessThan(5_000);
  expect(await pidOfService()).not.toBe(before);
  expect(await readFile(host.environmentFile, 'utf8')).toContain(`${FLAG}=false\n`);
  await rm(dataDir, { recursive: true });
}, 400_000);

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import { deadManMarkPath, parseDeadManMark } from '../../../src/hosts/dead-man.js';
import type { ServiceManager } from '../../../src/hosts/host.js';
import { createLocalCommandRunner } from '../../../src/hosts/local/local-command-runner.js';
import { createCommandManager } from '../../../src/hosts/managers/command-manager.js';
import { commandSettings } from '../../../src/hosts/managers/command-settings.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from './eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from './programs.js';

const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';
const NAME = 'lobml-dead-man-crypto_lob_ml-live-live-1-r1';
const UNTIL = '2026-12-01T03:00:00.000Z';

let database: TestDatabase;
let programs: SandboxPrograms;
let folder: string;
let trading: TradingHosts;
let host: TradingHost;
let manager: ServiceManager;

beforeAll(async () => {
  database = await createEmptyDatabase();
  programs = await buildSandboxPrograms();
});
afterAll(async () => {
  await programs.remove();
  await database.drop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dead-man-'));
  const options = { folder, databaseUrl: database.url, hosts: ['live-1'] };
  trading = await createTradingHosts({ ...options, restartDelayMs: 150, programsFolder: programs.folder });
  host = trading.hosts[0] as TradingHost;
  manager = createCommandManager(commandSettings.parse(host.service), {
    runner: createLocalCommandRunner({ host: 'live-1' }),
    processes: undefined,
  });
});
afterEach(async () => {
  await trading.close();
  await rm(folder, { recursive: true });
});

const order = (seconds: number, until = UNTIL) => ({
  name: NAME,
  afterMs: seconds * 1_000,
  until,
  duty: {
    releaseId: 'r-1',
    flag: FLAG,
    off: 'false',
    file: host.environmentFiles[1],
    laterFiles: [],
    markPath: deadManMarkPath(host.environmentFiles[1], NAME),
  },
});
const deadMan = () => {
  if (manager.deadMan === undefined) throw new Error('The host holds none.');
  return manager.deadMan;
};

const nothingLeft = () =>
  eventually('its end', async () => ((await deadMan().look(NAME)).kind === 'none' ? true : undefined));

test('a simulated host holds a dead man: armed, replaced, disarmed', async () => {
  expect(await deadMan().look(NAME)).toEqual({ kind: 'none' });
  await deadMan().arm(order(600));
  await deadMan().arm(order(600));
  expect(await deadMan().look(NAME)).toEqual({ kind: 'armed', until: UNTIL });
  await deadMan().arm(order(600, '2026-12-01T04:00:00.000Z'));
  expect(await deadMan().look(NAME)).toMatchObject({ until: '2026-12-01T04:00:00.000Z' });
  await deadMan().disarm(NAME);
  await deadMan().disarm(NAME);
  expect(await deadMan().look(NAME)).toEqual({ kind: 'none' });
});

test('in time it turns the strategy off, and says so', async () => {
  const before = await eventually('a start', async () => (await manager.status()).mainPid || undefined);
  await deadMan().arm(order(1));
  const mark = await eventually('its word', async () => {
    const bytes = await readFile(order(1).duty.markPath).catch(() => undefined);
    const found = bytes && parseDeadManMark(bytes);
    return found?.state === 'acting' ? undefined : found;
  });
  expect(mark).toMatchObject({ release: 'r-1', state: 'off' });
  const { mainPid } = await manager.status();
  expect(mainPid).not.toBe(before);
  expect(await readFile(`/proc/${mainPid}/environ`, 'utf8')).toContain(`${FLAG}=false\0`);
  await nothingLeft();
});

test('it ends with its host, as a timer of a machine that is switched off', async () => {
  await deadMan().arm(order(600));
  await trading.close();
  await nothingLeft();
});

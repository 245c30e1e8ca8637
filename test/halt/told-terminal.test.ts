import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openTerminalKillSwitch } from '../../src/app/terminal-kill-switch.js';
import { loadConfig } from '../../src/config/config.js';
import { createHaltAnnouncer } from '../../src/halt/announce-halt.js';
import { createHaltStore, type HaltStore } from '../../src/halt/halt-store.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { createToldFiles } from '../../src/halt/told-files.js';
import { startHaltUpkeep } from '../../src/halt/upkeep.js';
import { identifyProcess } from '../../src/machine/process-identity.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createHaltingBench, type HaltingBench, newDisable, ONE_ALONE } from './support/halting.js';

/** What is typed on a machine without Slack, and the bot that finds it there or in the database. */
const logger = createLogger({ level: 'silent', to: 'stderr' });
const ROOT = { id: 'root', name: 'root', surface: 'terminal' } as const;

let bench: HaltingBench;
let state: TestDatabase;

beforeAll(async () => {
  bench = await createHaltingBench(4);
  state = await createTestDatabase();
});
afterAll(async () => {
  await bench.close();
  await state.drop();
});
beforeEach(async () => {
  await rm(join(bench.dataDir, 'halts'), { recursive: true, force: true, maxRetries: 5 });
  await bench.begin();
});

/** Halts as `lobml rollback live --disable` does. */
async function haltInTerminal(databaseUrl: string, tradingUrl = bench.orders.options.connectionString) {
  const targetsFile = join(bench.dataDir, '..', 'targets.yaml');
  await writeFile(targetsFile, bench.targetsText);
  const environment = {
    RUNBOOK_FILE: join(import.meta.dirname, '..', '..', 'runbooks', 'crypto_lob_ml', 'runbook.yaml'),
    TARGETS_FILE: targetsFile,
    DATA_DIR: bench.dataDir,
    DATABASE_URL: databaseUrl,
    TRADING_DATABASE_URL: tradingUrl,
  };
  const terminal = await openTerminalKillSwitch(loadConfig(environment, { role: 'kill_switch' }), logger);
  const target = terminal.services.targets.targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  const { done } = terminal.services.killSwitch.start({ target, kind: 'disable', requestedBy: ROOT });
  const halt = await done;
  await terminal.close();
  return halt;
}

/** A bot that looks after halts. @returns what it has told, by channel, what it has posted and shown, and what ends it */
function startBot(store: HaltStore | undefined, dataDir: string, owner = 'bot') {
  const told: string[] = [];
  const posts: string[] = [];
  const shown: string[] = [];
  const targets = new Map([['live', bench.target]]);
  const announcer = createHaltAnnouncer({
    ...ONE_ALONE,
    targets,
    view: (halt, options) => {
      const { text, blocks } = haltReportView(halt, { locale: 'en', ...options });
      return { text: `${options.alarm ?? ''} ${text}`, blocks };
    },
    operators: ['<@U0CAROL>'],
    open: (channel, ref) => {
      const message = {
        ref,
        update: ({ text }: { text: string }) => {
          if (message.ref === undefined) posts.push(channel);
          message.ref ??= { channel, ts: `${posts.length}.0` };
          shown.push(`${channel}/${message.ref.ts}: ${text}`);
        },
        finish: async (report: { text: string }) => {
          message.update(report);
          told.push(`${channel}: ${report.text}`);
        },
        settled: async () => {},
      };
      return message;
    },
    find: async () => undefined,
    isRefused: () => false,
    clock: systemClock,
    logger,
  });
  const toldFiles = createToldFiles(dataDir, owner);
  const files = createOpenHaltFiles(dataDir, owner);
  const killSwitch = bench.killSwitch({ files, told: toldFiles, store, owner });
  const parts = {
    killSwitch,
    audit: { flush: async () => 0 },
    announcer,
    superseded: async () => [],
    unreadable: async () => [],
  };
  const onUnreadable = async () => {};
  const end = startHaltUpkeep({ ...parts, onUnreadable, targets, clock: systemClock, logger });
  return { told, posts, shown, end, settled: () => killSwitch.settled() };
}

/** Its process is this one, which goes on. */
async function endTerminal(): Promise<void> {
  const folder = join(bench.dataDir, 'halts');
  for (const name of await readdir(folder)) {
    const saved = JSON.parse(await readFile(join(folder, name), 'utf8'));
    await writeFile(join(folder, name), JSON.stringify({ ...saved, owner: 'gone' }));
  }
}

const NOWHERE = 'postgresql://someone@127.0.0.1:1/nowhere';

test('a bot of the same machine tells it without any database, once', async () => {
  // Section 4 is run there as well, where the trading database answers.
  const halt = await haltInTerminal(NOWHERE);
  expect(halt).toMatchObject({ state: 'verified', verification: { verdict: expect.any(String) } });
  await endTerminal();
  const bot = startBot(undefined, bench.dataDir);
  await eventually('both channels know', () => bot.told.length === 2);
  bot.end();
  await bot.settled();
  expect(bot.told.map((text) => text.slice(0, 12))).toEqual(['C0RELEASES: ', 'C0INCIDENTS:']);
  expect(bot.told.join()).toMatch(/HALTED - VERIFIED · live/);
});

test('a bot of another machine finds it in the database, and calls the operators where it is not verified', async () => {
  // Nobody says what the orders do.
  const halt = await haltInTerminal(state.url, NOWHERE);
  expect(halt).toMatchObject({ state: 'not_verified', verification: null });
  await state.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  const elsewhere = await mkdtemp(join(tmpdir(), 'lobml-bot-'));
  const bot = startBot(createHaltStore(state.pool), elsewhere);
  await eventually('both channels know', () => bot.told.length === 2);
  bot.end();
  await bot.settled();
  expect(bot.told.sort()[0]).toMatch(/^C0INCIDENTS: <@U0CAROL> .*NOT VERIFIED/);
  expect(bot.told[1]).toMatch(/^C0RELEASES: {2}.*NOT VERIFIED/);
  const { rows } = await state.pool.query('SELECT record FROM lobml.halts');
  const messages: { isFinal?: boolean }[] = rows[0].record.messages;
  expect(messages.map(({ isFinal }) => isFinal)).toEqual([true, true]);
  await rm(elsewhere, { recursive: true });
});

const beganIn = (shown: readonly string[], channel: string) =>
  shown.some((text) => text.startsWith(channel) && text.includes('HALTING'));
const inOrder = (told: readonly string[]) => told.map((text) => text.split(':')[0]).sort();

test('a bot that shares the folder shows it while it goes on, and its end in the same messages', async () => {
  const bot = startBot(undefined, bench.dataDir);
  let isOver = false;
  const halting = haltInTerminal(NOWHERE).finally(() => {
    isOver = true;
  });
  await eventually('the report', () => beganIn(bot.shown, 'C0RELEASES'));
  expect(isOver).toBe(false);
  expect(await halting).toMatchObject({ state: 'verified' });
  await eventually('both channels know', () => bot.told.length === 2);
  await endTerminal();
  bot.end();
  await bot.settled();
  expect(bot.posts).toEqual(['C0RELEASES', 'C0INCIDENTS']);
  expect(inOrder(bot.told)).toEqual(['C0INCIDENTS', 'C0RELEASES']);
  expect(bot.told.join()).toMatch(/HALTED - VERIFIED.*HALTED - VERIFIED/);
  // Another bot, started now, finds nothing that is owed.
  const later = bench.killSwitch({ files: createOpenHaltFiles(bench.dataDir, 'later'), owner: 'later' });
  expect(await later.resume(new Map([['live', bench.target]]))).toEqual([]);
});

test('of two bots of other machines one shows it, as the database decides, and is ended where it was raised', async () => {
  await state.pool.query('DELETE FROM lobml.halts');
  const folders = await Promise.all(['a', 'b'].map((name) => mkdtemp(join(tmpdir(), `lobml-${name}-`))));
  const bots = folders.map((folder, index) => startBot(createHaltStore(state.pool), folder, `bot-${index}`));
  let isOver = false;
  // Nobody says what the orders do: the operators are called.
  const halting = haltInTerminal(state.url, NOWHERE).finally(() => {
    isOver = true;
  });
  await eventually('the report', () => bots.some(({ shown }) => beganIn(shown, 'C0RELEASES')));
  expect(isOver).toBe(false);
  expect(await halting).toMatchObject({ state: 'not_verified' });
  await eventually('both channels know', () => bots.flatMap(({ told }) => told).length === 2);
  for (const bot of bots) bot.end();
  await Promise.all(bots.map((bot) => bot.settled()));
  expect(bots.flatMap(({ posts }) => posts).sort()).toEqual(['C0INCIDENTS', 'C0RELEASES']);
  const { rows } = await state.pool.query('SELECT record FROM lobml.halts');
  const messages: { role: string; channel: string; ts: string | null; isFinal?: boolean }[] =
    rows[0].record.messages;
  expect(
    messages.map(({ role, channel, ts, isFinal }) => [role, channel, ts !== null, isFinal]).sort(),
  ).toEqual([
    ['alarm', 'C0INCIDENTS', true, true],
    ['report', 'C0RELEASES', true, true],
  ]);
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })));
});

test('a terminal that is killed meanwhile: the bot that shows it goes on with it, in the same message', async () => {
  const terminal = spawn('sleep', ['600']);
  await once(terminal, 'spawn');
  const halt = { ...newDisable(bench.target.hosts), requestedBy: ROOT };
  const owed = { role: 'report' as const, channel: 'C0RELEASES', ts: null, key: `halt:${halt.haltId}:owed` };
  const owner = identifyProcess(terminal.pid ?? 0);
  await createOpenHaltFiles(bench.dataDir, owner).save({ halt, messages: [owed] }, { synced: true });
  const bot = startBot(undefined, bench.dataDir);
  await eventually('the report', () => beganIn(bot.shown, 'C0RELEASES'));
  terminal.kill('SIGKILL');
  await eventually('its end', () => bot.told.length === 2);
  bot.end();
  await bot.settled();
  expect(bot.posts).toEqual(['C0RELEASES', 'C0INCIDENTS']);
  expect(bot.told.join()).toMatch(/HALTED - VERIFIED/);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openOrFinishHalts, startOrFinishHalts } from '../../src/app/finish-open-halts.js';
import { openTerminalKillSwitch } from '../../src/app/terminal-kill-switch.js';
import { loadConfig } from '../../src/config/config.js';
import { EXIT } from '../../src/conversation/subcommand.js';
import type { HaltHandle } from '../../src/halt/live-halt.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { faultInWords } from '../support/in-words.js';
import { CAROL, createHaltingBench, FACTS, FLAG, type HaltingBench, newDisable } from './support/halting.js';

const logger = createLogger({ level: 'silent', to: 'stderr' });
let bench: HaltingBench;
/** Accepts every connection and never answers: stands in for both databases. */
let mute: Server;
let port: number;

beforeAll(async () => {
  bench = await createHaltingBench(1);
  mute = createServer(() => {});
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  port = (mute.address() as { port: number }).port;
});
afterAll(async () => {
  mute.close();
  await bench.close();
});
beforeEach(async () => {
  // Without a database, what has ended stays there.
  await rm(join(bench.dataDir, 'halts'), { recursive: true, force: true });
  await bench.begin();
});

/** The kill switch's configuration, with a targets file of this text and no database that answers. */
async function configWith(targetsText: string) {
  return loadConfig(await environmentWith(targetsText), { role: 'kill_switch' });
}

async function environmentWith(targetsText: string) {
  const targetsFile = join(bench.dataDir, '..', 'targets.yaml');
  await writeFile(targetsFile, targetsText);
  const url = `postgresql://someone:secret@127.0.0.1:${port}/nowhere`;
  return {
    RUNBOOK_FILE: join(import.meta.dirname, '..', '..', 'runbooks', 'crypto_lob_ml', 'runbook.yaml'),
    TARGETS_FILE: targetsFile,
    DATA_DIR: bench.dataDir,
    DATABASE_URL: url,
    TRADING_DATABASE_URL: url,
  };
}

async function expectOff(): Promise<void> {
  for (const { name, environmentFiles } of bench.trading.hosts) {
    expect(await readFile(environmentFiles[1], 'utf8')).toContain(`${FLAG}=false\n`);
    expect(await bench.restartsOf(name)).toBe(1);
  }
}

test('faults of another target, of the roles and of the approvals stop no kill switch, and are told', async () => {
  const source = JSON.parse(bench.targetsText);
  const faulty = {
    ...source,
    roles: { operators: 'everybody' },
    targets: {
      dryrun: { hosts: 'none' },
      live: { ...source.targets.live, approval: { quorum: 'two' }, watch: 'closely' },
    },
  };
  const terminal = await openTerminalKillSwitch(await configWith(JSON.stringify(faulty)), logger);
  expect(terminal.faults.map((fault) => faultInWords(fault).message).join('\n')).toMatch(
    /dryrun[\s\S]*quorum/,
  );
  expect([...terminal.services.targets.targets.keys()]).toEqual(['live']);
  // Without an answer of the database the state of before is unknown, which is not told as empty.
  expect(await terminal.services.killSwitch.latest('live')).toEqual({ halt: undefined, isUncertain: true });
  const target = terminal.services.targets.targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  // Without what the file says of it, and with both databases silent: how long to watch is the default.
  const handle = terminal.services.killSwitch.start({
    target: { ...target, watch: { ...target.watch, haltObservationSecs: 1 } },
    kind: 'disable',
    requestedBy: CAROL,
  });
  const halt = await handle.done;
  await terminal.close();
  expect(halt.hosts.map(({ process }) => process)).toEqual(['as_wanted', 'as_wanted']);
  expect(halt).toMatchObject({ state: 'not_verified', entryWatch: { state: 'unknown' } });
  await expectOff();
});

test('a terminal proves that the new processes of a previous model loaded it', async () => {
  const terminal = await openTerminalKillSwitch(await configWith(bench.targetsText), logger);
  const version = { [`${FACTS.envPrefix}MODEL_VERSION`]: 'confirmed' };
  const { done } = terminal.services.killSwitch.start({
    target: bench.target,
    kind: 'previous_model',
    requestedBy: CAROL,
    wantedOf: Object.fromEntries(bench.target.hosts.map(({ name }) => [name, version])),
  });
  expect(await done).toMatchObject({ state: 'verified', start: 'PASS' });
  await terminal.close();
});

test('a file in which no target can be read is refused with every fault', async () => {
  const config = await configWith(
    JSON.stringify({ defaultTarget: 'live', targets: { live: { hosts: [] } } }),
  );
  await expect(openTerminalKillSwitch(config, logger)).rejects.toThrow('hosts');
});

test('the command in a terminal halts and proves it, whatever else is at fault, and says what that is', async () => {
  const { live } = JSON.parse(bench.targetsText).targets;
  const faulty = {
    defaultTarget: 'live',
    roles: { operators: 'everybody' },
    targets: { dryrun: { hosts: 'none' }, live },
  };
  const environment = await environmentWith(JSON.stringify(faulty));
  const runbookFile = join(bench.dataDir, '..', 'runbook.yaml');
  const runbook = await readFile(environment.RUNBOOK_FILE, 'utf8');
  await writeFile(runbookFile, runbook.replaceAll(/^( +)title:/gm, '$1titel:'));
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port: closedPort } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '..', '..', 'bin', 'lobml.mjs'),
      ...['rollback', 'live', '--disable', '--reason', 'it buys at any price'],
    ],
    {
      cwd: join(bench.dataDir, '..'),
      env: {
        PATH: process.env.PATH,
        ...environment,
        RUNBOOK_FILE: runbookFile,
        TRADING_DATABASE_URL: `postgresql://someone:secret@127.0.0.1:${closedPort}/nowhere`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  await expectOff();
  // The hosts show it; that no entry came, nobody could say.
  expect({ exitCode, stderr }).toMatchObject({ exitCode: EXIT.noGo });
  expect(stdout).toMatch(/HALT NOT VERIFIED/);
  expect(stdout).toMatch(/✓ .*live-1.*process shows flag off[\s\S]*✓ .*live-2.*process shows flag off/);
  expect(stderr).toMatch(/targets\.yaml.*roles[^\n]*kill switch goes on/);
  expect(stderr).toMatch(/targets\.yaml.*dryrun[^\n]*kill switch goes on/);
  // Nobody watches: each change is a line, in its order.
  expect(stderr).toMatch(/flag off on disk[\s\S]*process shows flag off/);
  expect(stdout).not.toMatch(/could not be run|no activity to judge/);
  expect(stdout + stderr).not.toContain('secret');
  const journal = join(bench.dataDir, 'journal');
  const files = await readdir(journal);
  const kept = (await Promise.all(files.map((name) => readFile(join(journal, name), 'utf8')))).join('\n');
  for (const kind of ['halt.requested', 'halt.written', 'halt.process_seen', 'halt.ended']) {
    expect(kept).toContain(kind);
  }
  expect(kept).toContain('it buys at any price');
});

test('the command without a form changes nothing, prints the state and the forms, and is no success', async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '..', '..', 'bin', 'lobml.mjs'), 'rollback', 'live'],
    {
      cwd: join(bench.dataDir, '..'),
      env: { PATH: process.env.PATH, ...(await environmentWith(bench.targetsText)) },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect({ exitCode, stdout }).toMatchObject({ exitCode: EXIT.usage });
  for (const form of ['--disable', '--stop', '--previous-model'])
    expect(stdout).toContain(`lobml rollback live ${form}`);
  expect(await bench.restartsOf('live-1')).toBe(0);
});

/** Of a bot that was killed before its first act. */
async function leaveHalt(): Promise<void> {
  const halt = newDisable(bench.target.hosts, '7d0c1f0e-58b3-4e0e-9f0e-0a5a3a6a9c11');
  await createOpenHaltFiles(bench.dataDir, 'gone').save({ halt, messages: [] }, { synced: true });
}

test('a bot whose database does not answer at its start finishes the halt of the one that was killed', async () => {
  await leaveHalt();
  const config = await configWith(bench.targetsText);
  let isOpen: (value: string) => void = () => {};
  const opening = new Promise<string>((resolve) => {
    isOpen = resolve;
  });
  const opened = openOrFinishHalts(opening, { config, clock: systemClock, logger });
  for (;;) {
    const [left] = await createOpenHaltFiles(bench.dataDir, 'gone').list();
    if (left?.halt.endedAt) break;
    await systemClock.sleep(50);
  }
  await expectOff();
  isOpen('open');
  expect(await opened).toBe('open');
});

test('a bot that cannot be put together finishes the halt of the one that was killed, and then says why', async () => {
  await leaveHalt();
  const config = await configWith(bench.targetsText);
  const starting = startOrFinishHalts(
    async () => {
      throw new TypeError('a part does not fit');
    },
    { config, logger },
  );
  await expect(starting).rejects.toThrow('a part does not fit');
  await expectOff();
});

test('a bot that fails while its own kill switch goes on with a halt lets it end first', async () => {
  const killSwitch = bench.killSwitch();
  const config = await configWith(bench.targetsText);
  let handle: HaltHandle | undefined;
  const starting = startOrFinishHalts(
    async (goesOn) => {
      goesOn({ killSwitch, targets: ['live'], takeNoMore: () => {} });
      handle = killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL });
      throw new TypeError('Slack refuses the token');
    },
    { config, logger },
  );
  await expect(starting).rejects.toThrow('Slack refuses the token');
  expect(handle?.current()).toMatchObject({ state: 'verified' });
  expect(handle?.current().endedAt).not.toBeNull();
  await expectOff();
});

import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config.js';
import { newHalt, newHostHalt } from '../../src/domain/halt.js';
import { openOrFinishHalts } from '../../src/rollback/finish-open-halts.js';
import { createOpenHaltFiles } from '../../src/rollback/open-halt-file.js';
import { openTerminalRollback } from '../../src/rollback/terminal-rollback.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { CAROL, createHaltingBench, FACTS, FLAG, type HaltingBench } from './support/halting.js';

const logger = createLogger({ level: 'silent', to: 'stderr' });
let bench: HaltingBench;
/** Takes every connection and never says a word: both databases. */
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
beforeEach(() => bench.begin());

/** The kill switch's configuration, with a targets file of this text and no database that answers. */
async function configWith(targetsText: string) {
  const targetsFile = join(bench.dataDir, '..', 'targets.yaml');
  await writeFile(targetsFile, targetsText);
  const url = `postgresql://someone:secret@127.0.0.1:${port}/nowhere`;
  const env = {
    RUNBOOK_FILE: join(import.meta.dirname, '..', '..', 'runbooks', 'crypto_lob_ml.yaml'),
    TARGETS_FILE: targetsFile,
    DATA_DIR: bench.dataDir,
    DATABASE_URL: url,
    TRADING_DATABASE_URL: url,
  };
  return loadConfig(env, { role: 'kill_switch' });
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
  const terminal = await openTerminalRollback(await configWith(JSON.stringify(faulty)), logger);
  expect(terminal.faults.map(({ message }) => message).join('\n')).toMatch(/dryrun[\s\S]*quorum/);
  expect([...terminal.services.targets.targets.keys()]).toEqual(['live']);
  // A database that says nothing leaves unknown what was before: it is not told that there was nothing.
  expect(await terminal.services.rollback.latest('live')).toEqual({ halt: undefined, isUncertain: true });
  const target = terminal.services.targets.targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  // Without what the file says of it, and with both databases mute: how long to watch is the default.
  const handle = terminal.services.rollback.start({
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

test('a file in which no target can be read is refused with every fault', async () => {
  const config = await configWith(
    JSON.stringify({ defaultTarget: 'live', targets: { live: { hosts: [] } } }),
  );
  await expect(openTerminalRollback(config, logger)).rejects.toThrow('hosts');
});

test('a bot whose database does not answer at its start finishes the halt of the one that was killed', async () => {
  const halt = newHalt({
    haltId: '7d0c1f0e-58b3-4e0e-9f0e-0a5a3a6a9c11',
    strategy: FACTS.strategy,
    target: 'live',
    kind: 'disable',
    wanted: { [FLAG]: 'false' },
    wantedOf: {},
    requestedBy: CAROL,
    requestedAt: new Date().toISOString(),
    reason: null,
    hosts: bench.target.hosts.map(({ name }) => newHostHalt(name)),
  });
  await createOpenHaltFiles(bench.dataDir, 'gone').save({ halt, messages: [] }, { synced: true });
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

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createTradingSchema } from '../../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import { PROBE_KINDS } from '../../../src/checks/probe-kinds.js';
import { subjectChanged } from '../../../src/messages/message-jobs.js';
import { createReleaseTasks } from '../../../src/release/engine/create-engine.js';
import { selectKnownGood } from '../../../src/release/store/known-good-store.js';
import { selectRelease } from '../../../src/release/store/releases.js';
import { loadRunbook } from '../../../src/runbook/load-runbook.js';
import type { Runbook } from '../../../src/runbook/runbook.js';
import { systemClock } from '../../../src/time/clock.js';
import { TASKS } from '../../../src/worker/task.js';
import { startWorker, type Worker } from '../../../src/worker/worker.js';
import { prepareWorkerSchema } from '../../../src/worker/worker-schema.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../../sandbox/host/programs.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database.js';
import { verbs } from './support/engine-setting.js';
import { PREFIX, planFor } from './support/release-plan.js';
import { startRelease } from './support/start-release.js';
import { targetsOf, targetsText, type Waits } from './support/targets-of.js';
import { createTestEngine } from './support/test-engine.js';

/** Two bots of different strategies share a database, and call a target and a host alike. */

jest.setTimeout(150_000);
const STRATEGIES = ['crypto_lob_ml', 'crypto_rl_policy'] as const;
type Strategy = (typeof STRATEGIES)[number];

let programs: SandboxPrograms;
let runbook: Runbook;
let [database, orders] = [] as unknown as [TestDatabase, TestDatabase];
let folder: string;
let hosts: Record<Strategy, TradingHosts>;
const workers: Worker[] = [];
/** What each bot took up: `STRATEGY ID` of a release or of a message. */
let taken: string[];

beforeAll(async () => {
  programs = await buildSandboxPrograms();
  runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  orders = await createEmptyDatabase();
  await createTradingSchema(orders.pool);
});
afterAll(async () => {
  await orders.drop();
  await programs.remove();
});

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  folder = await mkdtemp(join(tmpdir(), 'two-bots-'));
  taken = [];
  const hostsOf = async (strategy: Strategy) => {
    await mkdir(join(folder, strategy));
    return createTradingHosts({
      folder: join(folder, strategy),
      databaseUrl: orders.url,
      hosts: ['live-1'],
      restartDelayMs: 200,
      entryEveryMs: 2_000,
      programsFolder: programs.folder,
    });
  };
  hosts = {
    crypto_lob_ml: await hostsOf('crypto_lob_ml'),
    crypto_rl_policy: await hostsOf('crypto_rl_policy'),
  };
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await Promise.all(STRATEGIES.map((strategy) => hosts[strategy].close()));
  await database.drop();
  await rm(folder, { recursive: true });
});

/** A bot as it runs: its worker, its engine, its targets file, and a note of each message that it brings up to date. */
async function startBot(strategy: Strategy, waits: Waits, checkpoint: 'GO' | 'HOLD'): Promise<void> {
  const engine = createTestEngine({
    pool: database.pool,
    targets: targetsOf(targetsText(hosts[strategy], waits)),
    runbook,
    verdicts: { checkpoint },
    wrapJournal: (journal) => ({
      ...journal,
      async claim(releaseId, states) {
        taken.push(`${strategy} release:${releaseId}`);
        return journal.claim(releaseId, states);
      },
    }),
  });
  workers.push(
    await startWorker({
      url: database.url,
      strategies: [strategy],
      tasks: {
        ...createReleaseTasks(engine, database.pool),
        [TASKS.message]: async (payload) => {
          taken.push(`${strategy} message ${(payload as { subject: string }).subject}`);
        },
      },
      clock: systemClock,
      logger: engine.logger,
      pollMs: 150,
      concurrency: 3,
    }),
  );
}

async function releaseOf(strategy: Strategy, waits: Waits): Promise<string> {
  const trading = hosts[strategy];
  const plan = { ...(await planFor(trading, trading.hosts, 'live')), strategy };
  const releaseId = await startRelease(database, plan, waits);
  await subjectChanged(database.pool, `release:${releaseId}`);
  return releaseId;
}

const ended = (releaseId: string) =>
  eventually(
    'the end',
    async () => {
      const release = await selectRelease(database.pool, releaseId);
      return release?.endedAt == null ? undefined : release;
    },
    120_000,
  );

const hostOf = (strategy: Strategy) => {
  const [host] = hosts[strategy].hosts;
  if (host === undefined) throw new Error('no host');
  return host;
};
const flagOf = async (strategy: Strategy) =>
  (await readFile(hostOf(strategy).environmentFiles[1], 'utf8')).match(
    new RegExp(`^${PREFIX}ENABLED=(.*)$`, 'm'),
  )?.[1];

test('a release of each at the same time: one is confirmed, one turns itself off, and neither bot touches the other’s', async () => {
  const [lob, policy] = STRATEGIES;
  const confirmed: Waits = { checkpointMinutes: [0.05], confirmMinutes: 10 };
  const late: Waits = { checkpointMinutes: [0.05], confirmMinutes: 0.25 };
  await Promise.all([startBot(lob, confirmed, 'GO'), startBot(policy, late, 'HOLD')]);
  const [one, other] = await Promise.all([releaseOf(lob, confirmed), releaseOf(policy, late)]);

  const [first, second] = await Promise.all([ended(one), ended(other)]);
  expect(first).toMatchObject({ strategy: lob, state: 'confirmed', problem: null });
  expect(second).toMatchObject({ strategy: policy, state: 'disabled', problem: { code: 'deadline_passed' } });
  expect(await flagOf(lob)).toBe('true');
  expect(await flagOf(policy)).toBe('false');
  expect(await verbs(hostOf(lob))).toEqual(['restart']);

  const known = (strategy: string) => selectKnownGood(database.pool, { strategy, target: 'live' });
  expect((await known(lob)).map(({ releaseId }) => releaseId)).toEqual([one]);
  expect(await known(policy)).toEqual([]);
  expect(new Set(taken)).toEqual(
    new Set([
      `${lob} release:${one}`,
      `${lob} message release:${one}`,
      `${policy} release:${other}`,
      `${policy} message release:${other}`,
    ]),
  );
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, jest } from '@jest/globals';
import type { TradingHost } from '../../../../sandbox/host/service-commands.js';
import { createTradingSchema } from '../../../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../../../sandbox/host/trading-host.js';
import { PROBE_KINDS } from '../../../../src/checks/probe-kinds.js';
import type { ReleasePlan } from '../../../../src/domain/release-plan.js';
import type { ReleaseRecord } from '../../../../src/domain/release-record.js';
import type { Host, ServiceManager } from '../../../../src/hosts/host.js';
import { createHost } from '../../../../src/hosts/kinds/create-host.js';
import type { ReleaseEngine } from '../../../../src/release/engine/release-engine.js';
import { runRelease } from '../../../../src/release/engine/run-release.js';
import { loadRunbook } from '../../../../src/runbook/load-runbook.js';
import type { Runbook } from '../../../../src/runbook/runbook.js';
import type { Targets } from '../../../../src/runbook/targets.js';
import { prepareWorkerSchema } from '../../../../src/worker/worker-schema.js';
import { eventually } from '../../../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../../../sandbox/host/programs.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../../support/database.js';
import { PREFIX, planFor } from './release-plan.js';
import { startRelease } from './start-release.js';
import { targetsOf, targetsText, type Waits } from './targets-of.js';
import { createTestEngine, type TestEngineOptions } from './test-engine.js';

const WAITS: Waits = { checkpointMinutes: [0.002, 0.004], confirmMinutes: 5 };

export const NEVER = { stopping: new AbortController().signal, lost: new AbortController().signal };

/** Two trading hosts and a database for each test of a file; the first host is the canary. */
export interface EngineSetting {
  readonly database: TestDatabase;
  readonly canary: TradingHost;
  readonly second: TradingHost;
  readonly stagingFolder: string;
  engine(more?: Partial<TestEngineOptions>): ReleaseEngine;
  /** @param armed whether the hosts hold a dead man */
  plan(armed?: boolean): Promise<ReleasePlan>;
  start(plan?: ReleasePlan): Promise<string>;
  /** What the worker does with the answers of the engine, without its timers. */
  carryOut(engine: ReleaseEngine, releaseId: string): Promise<ReleaseRecord>;
  passDeadline(releaseId: string): Promise<void>;
  targets(): Targets;
  service(host: TradingHost): ServiceManager;
  /** A variable of the running process, by its name without the prefix. */
  running(host: TradingHost, name: string): Promise<string | undefined>;
}

export function createEngineSetting(waits = WAITS): EngineSetting {
  // Whole releases with real processes: a busy machine takes its time.
  jest.setTimeout(120_000);
  let [programs, runbook, tradingDatabase] = [] as unknown as [SandboxPrograms, Runbook, TestDatabase];
  let [database, folder, trading] = [] as unknown as [TestDatabase, string, TradingHosts];

  beforeAll(async () => {
    programs = await buildSandboxPrograms();
    runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
    tradingDatabase = await createEmptyDatabase();
    await createTradingSchema(tradingDatabase.pool);
  });
  afterAll(async () => {
    await tradingDatabase.drop();
    await programs.remove();
  });
  beforeEach(async () => {
    database = await createTestDatabase();
    await prepareWorkerSchema(database, { always: true });
    folder = await mkdtemp(join(tmpdir(), 'engine-'));
    trading = await createTradingHosts({
      folder,
      databaseUrl: tradingDatabase.url,
      hosts: ['live-1', 'live-2'],
      restartDelayMs: 200,
      entryEveryMs: 1_000,
      programsFolder: programs.folder,
    });
  });
  afterEach(async () => {
    await trading.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const hostAt = (index: number): TradingHost => {
    const host = trading.hosts[index];
    if (host === undefined) throw new Error('There is no such host.');
    return host;
  };
  const targets = () => targetsOf(targetsText(trading, waits));
  const plan = (armed = false) => planFor(trading, trading.hosts, 'live', armed);
  const service = ({ name }: TradingHost) => {
    const settings = targets()
      .targets.get('live')
      ?.hosts.find((each) => each.name === name);
    if (settings === undefined) throw new Error(`There is no ${name}.`);
    return createHost(settings).service;
  };
  return {
    get database() {
      return database;
    },
    get canary() {
      return hostAt(0);
    },
    get second() {
      return hostAt(1);
    },
    get stagingFolder() {
      return trading.stagingFolder;
    },
    engine: (more = {}) => createTestEngine({ pool: database.pool, targets: targets(), runbook, ...more }),
    plan,
    start: async (given) => startRelease(database, given ?? (await plan()), waits),
    carryOut: (engine, releaseId) =>
      eventually(
        'the end of the looks',
        async () => {
          const result = await runRelease(engine, releaseId, NEVER);
          if (result.kind === 'rest') return engine.journal.load(releaseId);
          const waitMs = Math.min(200, result.until.getTime() - Date.now());
          await new Promise((resolve) => setTimeout(resolve, waitMs));
          return undefined;
        },
        200_000,
      ),
    async passDeadline(releaseId) {
      await database.pool.query(
        `UPDATE lobml.releases SET confirm_by = now() - interval '1 second' WHERE release_id = $1`,
        [releaseId],
      );
    },
    targets,
    service,
    async running(host, name) {
      const { mainPid } = await service(host).status();
      const variable = `${PREFIX}${name}`;
      return (await service(host).processEnvironment(mainPid, [variable]))?.get(variable);
    },
  };
}

/** What a host's service was told, in order. */
export async function verbs(host: TradingHost): Promise<string[]> {
  const lines = (await readFile(host.appliedStepsPath, 'utf8').catch(() => '')).trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { verb: string }).verb);
}

/** A host, or a service, with some of its methods replaced; the others work as before. */
export function replacing<T extends Host | ServiceManager>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, name: string) {
      const value = methods[name as keyof T] ?? object[name as keyof T];
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}

import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { controlHost } from '../../../sandbox/host/control-host.js';
import type { TradingHost } from '../../../sandbox/host/service-commands.js';
import { createTradingSchema } from '../../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../../sandbox/host/trading-host.js';
import type { AuditEvent } from '../../../src/domain/audit-event.js';
import { type Halt, newHalt, newHostHalt } from '../../../src/domain/halt.js';
import { KillSwitch, type KillSwitchOptions } from '../../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../../src/halt/open-halt-file.js';
import { createTradingLook, type TradingLook } from '../../../src/halt/trading-look.js';
import { createHost } from '../../../src/hosts/kinds/create-host.js';
import { parseTargets, type Target } from '../../../src/runbook/targets.js';
import { systemClock } from '../../../src/time/clock.js';
import { createTradingDatabase } from '../../../src/trading/trading-database.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../../sandbox/host/programs.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/database.js';
import { SHIPPED_FACTS } from '../../support/strategy-facts.js';

export const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';
export const FACTS = SHIPPED_FACTS;
export const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;

/** Two simulated hosts with real processes that trade, and the kill switch over them. */
export interface HaltingBench {
  readonly trading: TradingHosts;
  readonly target: Target;
  /** The targets file as text. */
  readonly targetsText: string;
  readonly dataDir: string;
  readonly events: AuditEvent[];
  killSwitch(more?: Partial<KillSwitchOptions>): KillSwitch;
  host(name: string): TradingHost;
  /** The flag is on and every process trades. */
  begin(): Promise<void>;
  restartsOf(name: string): Promise<number>;
  /** What a halt asks of the trading database. */
  readonly look: TradingLook;
  /** The trading database. */
  readonly orders: pg.Pool;
  /** Entries since a moment, by the trading database. */
  entriesSince(at: string): Promise<number>;
  close(): Promise<void>;
}

export async function createHaltingBench(
  observationSecs = 3,
  operators: readonly string[] = ['U0CAROL'],
): Promise<HaltingBench> {
  const database: TestDatabase = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  const programs: SandboxPrograms = await buildSandboxPrograms();
  const folder = await mkdtemp(join(tmpdir(), 'halting-'));
  const trading = await createTradingHosts({
    folder,
    databaseUrl: database.url,
    hosts: ['live-1', 'live-2'],
    restartDelayMs: 200,
    entryEveryMs: 100,
    programsFolder: programs.folder,
  });
  const look = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
  const source = {
    defaultTarget: 'live',
    roles: { operators },
    targets: {
      live: {
        ...trading.targets.live,
        // What its orders do is told by the records here.
        venue: undefined,
        approval: { quorum: 2 },
        channels: { reports: 'C0RELEASES', incidents: 'C0INCIDENTS' },
        watch: { haltObservationSecs: observationSecs },
      },
    },
  };
  // JSON is YAML.
  const targetsText = JSON.stringify(source);
  const target = parseTargets('targets.yaml', Buffer.from(targetsText)).targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  const dataDir = join(folder, 'data');
  const events: AuditEvent[] = [];
  const host = (name: string): TradingHost => {
    const found = trading.hosts.find((known) => known.name === name);
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };
  const statusOf = async (name: string) =>
    Object.fromEntries(
      (await controlHost(host(name).service.status))
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2)),
    );
  const tradingLook = createTradingLook(look, FACTS);
  if (tradingLook === undefined) throw new Error('The runbook says nothing of orders.');
  return {
    look: tradingLook,
    orders: database.pool,
    trading,
    target,
    targetsText,
    dataDir,
    events,
    host,
    killSwitch: (more = {}) =>
      new KillSwitch({
        facts: FACTS,
        hostOf: (settings) => createHost(settings),
        trading: tradingLook,
        files: createOpenHaltFiles(dataDir, 'test'),
        journal: async (event) => {
          events.push(event);
        },
        store: undefined,
        clock: systemClock,
        newId: randomUUID,
        owner: 'test',
        logger: { warn: () => {}, error: () => {}, info: () => {} },
        ...more,
      }),
    async begin() {
      events.length = 0;
      for (const { name, environmentFiles, service, appliedStepsPath } of trading.hosts) {
        const { editEnvironmentFile } = await import('../../../src/hosts/environment/environment-edit.js');
        const { writeFile } = await import('node:fs/promises');
        const text = await readFile(environmentFiles[1], 'utf8');
        await writeFile(environmentFiles[1], editEnvironmentFile(text, new Map([[FLAG, 'true']])));
        await controlHost(service.restart);
        await eventually(`${name} trades`, async () => (await statusOf(name)).ActiveState === 'active');
        await rm(appliedStepsPath, { force: true });
      }
      const at = new Date().toISOString();
      await eventually('entries', async () => (await entries(database.pool, at)) > 1);
    },
    async restartsOf(name) {
      const text = await readFile(host(name).appliedStepsPath, 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line.includes('"restart"')).length;
    },
    entriesSince: (at) => entries(database.pool, at),
    async close() {
      await look.close();
      await trading.close();
      await database.drop();
      await programs.remove();
      await rm(folder, { recursive: true });
    },
  };
}

async function entries(pool: pg.Pool, at: string): Promise<number> {
  const { rows } = await pool.query(
    `SELECT COUNT(*)::int AS n FROM agent_order_executions
     WHERE executed_at >= $1 AND metadata->>'signal_type' = 'crypto_lob_ml_entry'`,
    [at],
  );
  return rows[0].n;
}

/** For what shows one halt alone. */
export const ONE_ALONE = {
  viewAll: () => ({ text: '', blocks: [] }),
  load: async () => undefined,
};

/** As a bot notes it before its first act. */
export const newDisable = (
  hosts: readonly { readonly name: string }[],
  haltId: string = randomUUID(),
): Halt =>
  newHalt({
    haltId,
    strategy: FACTS.strategy,
    target: 'live',
    kind: 'disable',
    wanted: { [FLAG]: 'false' },
    wantedOf: {},
    requestedBy: CAROL,
    requestedAt: new Date().toISOString(),
    reason: null,
    hosts: hosts.map(({ name }) => newHostHalt(name)),
  });

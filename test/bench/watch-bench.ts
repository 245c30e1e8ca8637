import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { subDays } from 'date-fns/subDays';
import pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { upsertSettlements } from '../../sandbox/host/trading-data/settlements.js';
import { createCheckService } from '../../src/checks/check-service.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { THE_WATCH } from '../../src/domain/watch.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { findPackageRoot } from '../../src/machine/package-root.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import type { BenchSize, Figure } from './figure.js';
import { fillOrders } from './fill-orders.js';
import { fillSyncRecords } from './fill-sync-records.js';

const SIZES: Readonly<
  Record<BenchSize, { label: string; records: number; executions: number; decisions: number; days: number }>
> = {
  small: { label: '500k', records: 500_000, executions: 100_000, decisions: 250_000, days: 20 },
  full: { label: '20M', records: 20_000_000, executions: 2_000_000, decisions: 5_000_000, days: 163 },
};
const LOOKS = 20;
/** What a look may cost the trading database. */
const MOST_MS = 150;

/** Its host answers nothing: only what the database is asked counts. */
const TARGETS = `defaultTarget: live
roles: { operators: [U1] }
targets:
  live:
    service: { manager: command, status: ['false'], restart: ['false'], stop: ['false'], logs: ['false'] }
    environmentFiles: [/nowhere.env]
    approval: { quorum: 1 }
    hosts: [{ name: nowhere }]
`;

/** One look of the watch at everything, by the time that the trading database itself has been at work for it. */
export const watch: Figure = {
  id: 'watch',
  async measure({ size, folder, say }) {
    // The days are those of settlements: 3,072 rows each.
    const { label, records, days, ...orders } = SIZES[size];
    const runbook = await loadRunbook(
      join(findPackageRoot(import.meta.url), 'runbooks/crypto_lob_ml/runbook.yaml'),
      PROBE_KINDS,
    );
    const target = parseTargets('targets.yaml', Buffer.from(TARGETS)).targets.get('live');
    if (target === undefined) throw new Error('there is no target');
    const postgres = await startEmbeddedPostgres({ dataDir: folder, use: 'own', durable: false });
    await postgres.createDatabase('ploy');
    const owner = new pg.Client({ connectionString: postgres.url('ploy') });
    await owner.connect();
    const state = new pg.Client({ connectionString: postgres.url('postgres') });
    await state.connect();
    try {
      await createTradingSchema(owner);
      say(`filling ${records} records, ${orders.executions} executions and ${orders.decisions} decisions`);
      await fillOrders(owner, orders);
      const now = new Date();
      await upsertSettlements(owner, { from: subDays(now, days), to: now, now });
      await owner.query('VACUUM ANALYZE pm_token_settlements');
      await fillSyncRecords(owner, records);
      await owner.end();
      const logger = { warn: (_facts: object, text: string) => say(text) };
      const looks = async (count: number) => {
        const trading = createTradingDatabase({ url: postgres.url('ploy'), logger });
        const service = createCheckService({
          runbook,
          hostOf: (settings) => createHost(settings, { files: [] }),
          trading,
          saveRun: async () => undefined,
          onStoreError: () => undefined,
          now: () => new Date(),
          monotonicMs: () => performance.now(),
          newRunId: randomUUID,
        });
        for (let look = 0; look < count; look += 1)
          await service.run({ kind: 'gonogo', target, requestedBy: THE_WATCH, watched: true });
        // What its sessions have done is written down when they end.
        await trading.close();
      };
      await looks(2);
      const before = await activeMs(state);
      await looks(LOOKS);
      const ours = ((await activeMs(state)) - before) / LOOKS;
      const bound = { kind: 'within', times: 1, plus: 0 } as const;
      return [{ name: `watch ${label}`, ours, reference: MOST_MS, unit: 'ms', bound }];
    } finally {
      await owner.end().catch(() => undefined);
      await state.end();
      await postgres.stop();
    }
  },
};

/** How long the database has been executing statements, in all. Sessions end a moment after their connections. */
async function activeMs(client: pg.Client): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ open: number; ms: number }>(
      `SELECT numbackends AS open, active_time AS ms FROM pg_stat_database WHERE datname = 'ploy'`,
    );
    const [{ open, ms } = { open: 0, ms: 0 }] = rows;
    if (open === 0) return ms;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

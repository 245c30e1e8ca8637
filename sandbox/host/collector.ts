import pg from 'pg';
import { exitWithParent } from './exit-with-parent.js';
import { type FeedFaults, readFeedFaults } from './feed-faults.js';
import { upsertSettlements } from './trading-data/settlements.js';
import { TRADED_SYMBOLS } from './trading-data/strategy.js';
import { insertSyncRecords } from './trading-data/sync-records.js';

/** The simulated collector: one row a symbol and second, and the settlements of markets as they close. */

const FUTURE_MS = 120_000;
const SETTLEMENT_LOOK_BACK_MS = 20 * 60_000;

async function writeSecond(pool: pg.Pool, now: Date, faults: FeedFaults): Promise<void> {
  const at = faults.future ? new Date(now.getTime() + FUTURE_MS) : now;
  const symbols = TRADED_SYMBOLS.filter((traded) => !faults.stoppedSymbols.includes(traded.symbol));
  const pricesOf = faults.frozenAt === null ? undefined : new Date(faults.frozenAt);
  await insertSyncRecords(pool, { from: at, to: at, everySecs: 1, symbols, pricesOf });
}

async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  exitWithParent();
  process.on('SIGTERM', () => process.exit(0));
  const pool = new pg.Pool({
    connectionString: environment.DATABASE_URL,
    max: 2,
    application_name: 'collector',
  });
  const complain = (error: Error) => process.stderr.write(`collector: ${error.message}\n`);
  pool.on('error', complain);
  const faultsFile = environment.PLOY_SANDBOX_FAULTS ?? '';
  for (let second = 0; ; second += 1) {
    const startedAt = Date.now();
    await writeSecond(pool, new Date(startedAt), readFeedFaults(faultsFile)).catch(complain);
    if (second % 10 === 0) {
      const now = new Date(startedAt);
      await upsertSettlements(pool, {
        from: new Date(startedAt - SETTLEMENT_LOOK_BACK_MS),
        to: now,
        now,
      }).catch(complain);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(50, 1000 - (Date.now() - startedAt))));
  }
}

main(process.env).catch((error: Error) => {
  process.stderr.write(`collector: ${error.message}\n`);
  process.exit(1);
});

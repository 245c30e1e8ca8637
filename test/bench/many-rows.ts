import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import { createFileStage, entry } from '../checks/support/file-stage.js';
import type { BenchSize, Figure } from './figure.js';

const SIZES: Readonly<Record<BenchSize, { label: string; rows: number }>> = {
  small: { label: '500k', rows: 500_000 },
  full: { label: '6M', rows: 6_000_000 },
};
const LIMIT_MIB = 100;
const SAMPLE_MS = 5;
const MIB = 1024 ** 2;

/** What a check costs its process in memory that asks for every row of a large table: an ERROR, and no more. */
export const manyRows: Figure = {
  id: 'many-rows',
  async measure({ size, folder, say }) {
    const { label, rows } = SIZES[size];
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'rows'),
      use: 'own',
      durable: false,
    });
    const url = postgres.url('postgres');
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    const trading = createTradingDatabase({ url, logger: { warn: (_facts, text) => say(text) } });
    const stage = await createFileStage();
    try {
      say(`filling a table of ${rows} rows`);
      await owner.query(
        `CREATE UNLOGGED TABLE feed AS SELECT n AS id, 'BTCUSDT' AS symbol, n * 0.25 AS lag FROM generate_series(1, ${rows}) n`,
      );
      const conditions = ['pass: rows.all(r, r.lag < params.limit)', 'fail: rows.exists(r, r.lag >= 60.0)'];
      const ask = (sql: string) =>
        stage.run({ trading, checks: entry('feed.lag', `sql: ${sql}`, 'timeoutMs: 60000', ...conditions) });
      // What any run takes.
      await ask('SELECT id, symbol, lag FROM feed LIMIT 1000');
      let outcome: string | undefined;
      const grown = await growthOf(async () => {
        outcome = (await ask('SELECT id, symbol, lag FROM feed'))['feed.lag']?.outcome;
      });
      if (outcome !== 'ERROR') throw new Error(`a probe of ${rows} rows ended as ${outcome}`);
      const bound = { kind: 'within', times: 1, plus: 0 } as const;
      return [
        { name: `memory, probe of ${label} rows`, ours: grown, reference: LIMIT_MIB, unit: 'MiB', bound },
      ];
    } finally {
      await stage.remove();
      await trading.close();
      await owner.end();
      await postgres.stop();
    }
  },
};

/** By how many MiB this process was larger at its largest. */
async function growthOf(work: () => Promise<void>): Promise<number> {
  const resident = () => process.memoryUsage.rss();
  const before = resident();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, resident());
  }, SAMPLE_MS);
  await work();
  clearInterval(timer);
  return (Math.max(most, resident()) - before) / MIB;
}

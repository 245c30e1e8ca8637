import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { createTradingDatabase } from '../../src/trading/trading-database.js';
import { aWish, createBacktestStage } from '../backtest/support/backtest-stage.js';
import type { BenchSize, Figure, Measurement } from './figure.js';
import { fillPast, type PastCounts } from './fill-past.js';

interface Size extends PastCounts {
  readonly label: string;
  /** How far back is asked, by the hour. */
  readonly asked: number;
}

const SIZES: Readonly<Record<BenchSize, Size>> = {
  small: {
    label: '2 days',
    days: 18,
    asked: 2,
    records: 500_000,
    executions: 50_000,
    decisions: 125_000,
    settlements: 55_000,
  },
  full: {
    label: '90 days',
    days: 105,
    asked: 90,
    records: 20_000_000,
    executions: 2_000_000,
    decisions: 5_000_000,
    settlements: 323_000,
  },
};
/** For 90 days by the hour. */
const LIMIT_SECS = 60;
/** By how much the process may grow after its first quarter. */
const GROWTH_MIB = 64;
const MIB = 1024 ** 2;

/** A back-test by the hour with changed parameters beside those of now, over one connection and with its pauses. */
export const backtest: Figure = {
  id: 'backtest',
  async measure({ size, folder, say }) {
    const { label, asked, ...counts } = SIZES[size];
    const postgres = await startEmbeddedPostgres({ dataDir: folder, use: 'own', durable: false });
    const url = postgres.url('postgres');
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    const trading = createTradingDatabase({
      url,
      logger: { warn: (_facts, text) => say(text) },
      maxConnections: 1,
    });
    const stage = await createBacktestStage({
      trading,
      environment: { MODEL_VERSION: 'v1' },
      pause: (ms) => sleep(ms),
    });
    try {
      await createTradingSchema(owner);
      say(
        `filling ${counts.records} sync_records, ${counts.executions} executions, ${counts.decisions} decisions`,
      );
      await fillPast(owner, counts);
      const memory: number[] = [];
      const wish = aWish({ days: asked, set: { lagFailSecs: 30 } });
      const figures = await stage.backtester.run(stage.target, wish, {
        signal: new AbortController().signal,
        onMoment: () => void memory.push(process.memoryUsage.rss()),
      });
      const { moments, done, durationMs } = figures;
      if (done !== asked * 24) throw new Error(`${done} of ${moments} moments were replayed`);
      const secs = durationMs / 1_000;
      return [
        {
          name: `back-test ${label}`,
          ours: secs,
          reference: (LIMIT_SECS * moments) / 2_160,
          unit: 's',
          bound: size === 'full' ? WITHIN : undefined,
        },
        growth(label, memory),
      ];
    } finally {
      await stage.remove();
      await trading.close();
      await owner.end();
      await postgres.stop();
    }
  },
};

const WITHIN = { kind: 'within', times: 1, plus: 0 } as const;

/** Its largest after the first quarter against its largest before. */
function growth(label: string, memory: readonly number[]): Measurement {
  const quarter = Math.ceil(memory.length / 4);
  const early = Math.max(...memory.slice(0, quarter));
  const later = Math.max(...memory.slice(quarter));
  return {
    name: `memory, back-test ${label}`,
    ours: Math.max(0, later - early) / MIB,
    reference: GROWTH_MIB,
    unit: 'MiB',
    bound: WITHIN,
  };
}

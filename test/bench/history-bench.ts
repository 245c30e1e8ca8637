import { join } from 'node:path';
import pg from 'pg';
import { createRunStore, type RunStore } from '../../src/checks/store/run-store.js';
import type { CheckResult } from '../../src/domain/check-run.js';
import { createReleaseFacts } from '../../src/status/release-facts.js';
import { createReleaseHistory } from '../../src/status/release-history.js';
import { readHistoryPage } from '../../src/status/run-history.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import { migrate } from '../../src/store/migrate.js';
import type { BenchSize, Figure, Measurement } from './figure.js';
import { median, repeat } from './statistics.js';

const SIZES: Readonly<Record<BenchSize, readonly { label: string; runs: number }[]>> = {
  small: [
    { label: '1k', runs: 1_000 },
    { label: '10k', runs: 10_000 },
  ],
  /** 100,000: a year of a run every five minutes. */
  full: [
    { label: '10k', runs: 10_000 },
    { label: '100k', runs: 100_000 },
  ],
};

const SUBJECT = { strategy: 'crypto_lob_ml', target: 'live' };
const LIMIT_MS = 20;
const ROUNDS = 101;
const CHECKS_IN_A_RUN = 23;

/** A page in the middle of the history, and what `status` reads of the bot's own database. */
export const history: Figure = {
  id: 'history',
  async measure({ size, folder, say }) {
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'history'),
      use: 'own',
      durable: false,
    });
    const url = postgres.url('postgres');
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    // The pool has ended before its connections have: the server, when it stops, tells those that are left.
    pool.on('error', () => {});
    try {
      await migrate({ url });
      const runs = createRunStore(pool);
      const measurements: Measurement[] = [];
      let stored = 0;
      for (const { label, runs: wanted } of SIZES[size]) {
        say(`filling the history to ${label} runs`);
        await fill(pool, stored, wanted);
        stored = wanted;
        measurements.push(...(await measureAt(label, runs, pool)));
      }
      return [...measurements, ...growth(measurements)];
    } finally {
      await pool.end();
      await postgres.stop();
    }
  },
};

async function fill(pool: pg.Pool, from: number, to: number): Promise<void> {
  await pool.query(
    `INSERT INTO lobml.check_runs (run_id, strategy, target, kind, verdict, requested_by, started_at, as_of,
       valid_until, duration_ms, runbook_sha256, outcome_counts, checks, began_at)
     SELECT gen_random_uuid(), $1, CASE WHEN n % 4 = 0 THEN 'dryrun' ELSE $2 END,
       (ARRAY['precheck', 'verify', 'gonogo'])[1 + n % 3], (ARRAY['GO', 'HOLD', 'NO_GO'])[1 + n % 3],
       '{"id":"U1","name":"a","surface":"slack"}', at, at, at + interval '10 minutes', 640, 'ab', '{"PASS":23}', $3, at
     FROM generate_series($4::int, $5::int - 1) n, LATERAL (
       SELECT timestamptz '2026-01-01' + n * interval '5 minutes' AS at) t`,
    [SUBJECT.strategy, SUBJECT.target, JSON.stringify(typicalChecks()), from, to],
  );
  await pool.query('VACUUM ANALYZE lobml.check_runs');
}

function typicalChecks(): readonly CheckResult[] {
  return Array.from({ length: CHECKS_IN_A_RUN }, (_, index) => ({
    id: `data.check_${index}`,
    section: '4.1',
    title: { en: `Check ${index}`, 'zh-CN': `检查 ${index}` },
    mode: 'deciding',
    outcome: 'PASS',
    reason: { code: 'conditions_hold' },
    says: [{ en: 'BTCUSDT 1.0 s', 'zh-CN': 'BTCUSDT 1.0 秒' }],
    observed: [{ symbol: 'BTCUSDT', lag_secs: 1.25 }],
    expected: 'pass: rows.all(r, r.lag_secs < 10)',
    evidence: { probe: 'sql', sql: 'SELECT symbol, lag_secs FROM sync_records' },
    observedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 5,
  }));
}

async function measureAt(label: string, runs: RunStore, pool: pg.Pool): Promise<readonly Measurement[]> {
  const { rows } = await pool.query<{ run_id: string }>(
    `SELECT run_id FROM lobml.check_runs WHERE target = $1
     ORDER BY started_at OFFSET (SELECT count(*) / 2 FROM lobml.check_runs WHERE target = $1) LIMIT 1`,
    [SUBJECT.target],
  );
  const runId = rows[0]?.run_id ?? '';
  const sources = { runs, releases: createReleaseHistory(pool) };
  const facts = createReleaseFacts(pool, SUBJECT.strategy);
  const pair = async (name: string, work: () => Promise<unknown>): Promise<Measurement> => {
    await repeat(5, work);
    const ours = median(await repeat(ROUNDS, work));
    return { name, ours, reference: LIMIT_MS, unit: 'ms', bound: { kind: 'within', times: 1, plus: 0 } };
  };
  return [
    await pair(`history page ${label}`, () =>
      readHistoryPage(sources, SUBJECT, { kind: 'before', id: runId }),
    ),
    await pair(`status ${label}`, () =>
      Promise.all([runs.latestOfKinds(SUBJECT), facts.factsOf(SUBJECT.target)]),
    ),
  ];
}

/** Ten times the runs must not take longer; the allowance is for a machine that others use as well. */
function growth(measurements: readonly Measurement[]): readonly Measurement[] {
  const half = measurements.length / 2;
  return measurements.slice(half).map((large, index) => ({
    name: `${large.name} growth`,
    ours: large.ours,
    reference: measurements[index]?.ours ?? 0,
    unit: 'ms',
    bound: { kind: 'within', times: 1.5, plus: 2 },
  }));
}

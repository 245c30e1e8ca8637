import { join } from 'node:path';
import pg from 'pg';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { bindParameters } from '../../src/checks/context/bind-parameters.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { evaluateWindow } from '../../src/domain/run-window.js';
import { findPackageRoot } from '../../src/machine/package-root.js';
import type { Query } from '../../src/runbook/check-definition.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';
import {
  createTradingDatabase,
  type TradingAnswer,
  type TradingDatabase,
} from '../../src/trading/trading-database.js';
import type { BenchSize, Figure, Measurement } from './figure.js';
import { fillOrders, type OrderCounts } from './fill-orders.js';
import { median, repeat, timed } from './statistics.js';

const ENTRIES = `agent_id = 'crypto_lob_ml' AND metadata->>'signal_type' = 'crypto_lob_ml_entry'
  AND executed_at >= NOW() - INTERVAL '30 minutes'`;

/** The checklist's queries 4.1, 4.2, 4.3 and 4.4. */
const CHECKLIST = [
  `SELECT
  COUNT(*) FILTER (WHERE metadata->>'signal_type' = 'crypto_lob_ml_entry') AS entry_cnt,
  COUNT(*) FILTER (WHERE metadata->>'signal_type' = 'crypto_lob_ml_exit')  AS exit_cnt,
  MIN(executed_at) AS first_exec_at, MAX(executed_at) AS last_exec_at
FROM agent_order_executions
WHERE agent_id = 'crypto_lob_ml' AND executed_at >= NOW() - INTERVAL '30 minutes'`,
  `SELECT COALESCE(metadata->>'model_type', 'missing') AS model_type, COUNT(*) AS cnt
FROM agent_order_executions WHERE ${ENTRIES} GROUP BY 1 ORDER BY cnt DESC`,
  `SELECT metadata->>'p_up_blend_w_model' AS w_model, metadata->>'p_up_blend_w_window' AS w_window, COUNT(*) AS cnt
FROM agent_order_executions WHERE ${ENTRIES} GROUP BY 1,2 ORDER BY cnt DESC`,
  `SELECT decision, COUNT(*) AS cnt FROM risk_gate_decisions
WHERE agent_id = 'crypto_lob_ml' AND decided_at >= NOW() - INTERVAL '30 minutes'
GROUP BY decision ORDER BY cnt DESC`,
];

const SIZES: Readonly<Record<BenchSize, { readonly label: string } & OrderCounts>> = {
  small: { label: '100k/250k', executions: 100_000, decisions: 250_000 },
  full: { label: '2M/5M', executions: 2_000_000, decisions: 5_000_000 },
};
const RUNS = 51;

/** 4.1 to 4.4 of the shipped runbook, with their baselines, against the checklist's four queries run once each. */
export const verify: Figure = {
  id: 'verify',
  async measure({ size, folder, say }) {
    const { label, ...counts } = SIZES[size];
    const runbook = await loadRunbook(
      join(findPackageRoot(import.meta.url), 'runbooks/crypto_lob_ml/runbook.yaml'),
      PROBE_KINDS,
    );
    const postgres = await startEmbeddedPostgres({ dataDir: folder, use: 'own', durable: false });
    const owner = new pg.Client({ connectionString: postgres.url('postgres') });
    await owner.connect();
    const trading = createTradingDatabase({
      url: postgres.url('postgres'),
      logger: { warn: (_facts, text) => say(text) },
    });
    try {
      await createTradingSchema(owner);
      say(`filling ${counts.executions} executions and ${counts.decisions} decisions`);
      await fillOrders(owner, counts);
      return [await measureBoth(label, { owner, trading, runbook, bounded: size === 'full' })];
    } finally {
      await trading.close();
      await owner.end();
      await postgres.stop();
    }
  },
};

interface Parts {
  readonly owner: pg.Client;
  readonly trading: TradingDatabase;
  readonly runbook: Runbook;
  readonly bounded: boolean;
}

async function measureBoth(label: string, parts: Parts): Promise<Measurement> {
  const executions = queryOf(parts.runbook, 'exec.activity');
  const decisions = queryOf(parts.runbook, 'risk.decisions');
  const correspondence = queryOf(parts.runbook, 'risk.correspondence');
  // Both at once over the pool of two, as a run asks them.
  const ours = () => Promise.all([executions, decisions, correspondence].map((query) => ask(query, parts)));
  const reference = async () => {
    for (const sql of CHECKLIST) await parts.owner.query(sql);
  };
  await repeat(5, ours);
  await repeat(5, reference);
  // Alternately, so that other load on the machine affects both alike.
  const taken = { ours: [] as number[], reference: [] as number[] };
  for (let round = 0; round < RUNS; round += 1) {
    taken.reference.push(await timed(reference));
    taken.ours.push(await timed(ours));
  }
  const bound = parts.bounded ? ({ kind: 'faster', atLeast: 1 } as const) : undefined;
  const figures = { ours: median(taken.ours), reference: median(taken.reference) };
  return { name: `4.1-4.4 ${label}`, ...figures, unit: 'ms', bound };
}

function queryOf(runbook: Runbook, id: string): Query {
  const checks = runbook.sections.flatMap((section) => section.checks);
  const probe = checks.find((check) => check.id === id)?.probe;
  if (probe?.query === undefined) throw new Error(`the runbook has no SQL check ${id}`);
  return probe.query;
}

/** With the full look-back, as the checklist has it; the process is older. */
async function ask({ statement, timeoutMs }: Query, { runbook, trading }: Parts): Promise<TradingAnswer> {
  const asOf = async () => new Date();
  const window = async () => evaluateWindow(await asOf(), [], [], runbook.window);
  const runParameters = {
    agentId: runbook.agentId,
    accountId: null,
    dryRun: false,
    namedRows: [],
    namedAccounts: [],
  };
  const { values } = await bindParameters(statement, { runbook, runParameters, asOf, window });
  return trading.query({ text: statement.text, values, timeoutMs });
}

import { expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { lookBackOf } from '../../src/runbook/look-back.js';
import { compileStatement } from '../../src/runbook/statement.js';

const NAMES = new Set(
  'asOf rowsUntil windowFrom windowTo baselineFrom baselineTo now hours symbol'.split(' '),
);
const of = (sql: string) => lookBackOf(compileStatement(sql, NAMES));
const BOUND = new Map<string, string | number>([
  ['asOf', '2026-03-01T12:00:00.000Z'],
  ['windowFrom', '2026-03-01T11:30:00.000Z'],
  ['baselineFrom', '2026-03-01T11:00:00.000Z'],
  ['hours', 336],
]);
const earliest = (sql: string) => {
  const at = of(sql).earliest(BOUND);
  return at === undefined ? undefined : new Date(at).toISOString();
};

test('the shipped statements say how far back they look, by which columns, and end at their moment', async () => {
  const runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  const bound = new Map<string, string | number>([...BOUND, ['trainingLookbackHours', 336]]);
  const statements = new Map(
    runbook.sections.flatMap(({ checks }) =>
      checks.flatMap(({ id, probe: { query } }) => (query === undefined ? [] : [[id, query.statement]])),
    ),
  );
  const told = Object.fromEntries(
    [...statements].map(([id, statement]) => {
      const { timeColumns, unbounded, ...found } = lookBackOf(statement);
      const from = new Date(found.earliest(bound) ?? 0).toISOString().slice(5, 16);
      return [id, [from, [...timeColumns].map((pair) => pair.join('.')).join(' '), unbounded]];
    }),
  );
  const orders = 'agent_order_executions.executed_at';
  const decisions = 'risk_gate_decisions.decided_at';
  expect(told).toMatchObject({
    'data.sync_records.lag': ['03-01T11:55', 'sync_records.timestamp', []],
    'data.sync_records.frozen': ['03-01T11:55', 'sync_records.timestamp', []],
    'data.settlements.coverage': ['02-15T12:00', 'pm_token_settlements.resolved_at', []],
    'exec.activity': ['03-01T11:00', orders, []],
    'exec.other_orders': ['03-01T11:30', `${orders} ${decisions}`, []],
    'risk.decisions': ['03-01T11:00', `${orders} ${decisions}`, []],
    'risk.correspondence': ['03-01T11:30', `${orders} ${decisions}`, []],
  });
});

test('whatever ends at no moment would see, asked about the past, what came later', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  expect(of('SELECT 1 FROM feed f WHERE f.at >= ${asOf}::timestamptz').unbounded).toEqual(['feed']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  const joined = 'SELECT 1 FROM feed f, other o WHERE f.at <= ${asOf}::timestamptz AND o.at < f.at';
  expect(of(joined).unbounded).toEqual(['other']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  const within = 'WITH x AS (SELECT * FROM feed) SELECT 1 FROM x WHERE x.at <= ${asOf}::timestamptz';
  expect(of(within).unbounded).toEqual(['feed']);
});

test('a look-back that is no plain sum of a moment and spans is not told', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  const where = (bound: string) => `SELECT 1 FROM feed WHERE at >= ${bound} AND at <= \${asOf}::timestamptz`;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  expect(earliest(where("${asOf}::timestamptz - INTERVAL '90 seconds'"))).toBe('2026-03-01T11:58:30.000Z');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  expect(earliest(where('${asOf}::timestamptz - make_interval(hours => ${hours}::int, mins => 30)'))).toBe(
    '2026-02-15T11:30:00.000Z',
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  expect(earliest(where("date_trunc('day', ${asOf}::timestamptz)"))).toBeUndefined();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the runbook's own form
  expect(earliest(where("${asOf}::timestamptz - INTERVAL '1 month'"))).toBeUndefined();
});

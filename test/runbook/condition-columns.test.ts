import { describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { columnsRead } from '../../src/runbook/row-columns.js';
import { sentenceOf } from '../support/in-words.js';
import { notInChinese } from './in-chinese.js';

const runbook = (check: readonly string[], more = '') => `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: { limit: 10, names: [a] }
variables:
  ENABLED: { type: boolean, default: false }
queries:
  lists: { sql: "SELECT jsonb_agg(k) AS kinds FROM (SELECT kind, count(*) AS cnt FROM orders GROUP BY 1) k" }
${more}
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
      - id: toy.one
        title: { en: One, zh-CN: 一 }
${check.map((line) => `        ${line}`).join('\n')}
`;

/** What the loader says of it; '' where it takes it. Each fault is told in Chinese too. */
async function faultsOf(text: string): Promise<string> {
  try {
    await parseRunbook('r.yaml', Buffer.from(text), PROBE_KINDS);
    return '';
  } catch (error) {
    expect(notInChinese(error)).toEqual([]);
    return sentenceOf(error)?.en ?? `no configuration error: ${error}`;
  }
}

const SQL = 'sql: SELECT symbol, MAX(lag) AS lag_secs, COUNT(*) FROM feed GROUP BY 1';
const [PASS, FAIL] = ['pass: rows.all(r, r.lag_secs < 1.0)', 'fail: rows.exists(r, r.lag_secs > 2.0)'];

describe('the columns that a condition asks a row for', () => {
  test.each([
    ['rows.all(r, r.a > 1 && r["b"] == "x" || has(r.c))', ['a', 'b', 'c']],
    ['rows.filter(x, x.a > 1).exists(y, y.b.part > 2)', ['a', 'b']],
    ['rows[0].a > 1 && rows.map(r, r.b).size() > 0', ['a', 'b']],
    ['r.a.all(r, r.inner > 1)', ['a']],
    ['params.names.exists(r, r == "x") && env.MODE == "a" && rows.size() > 0', []],
    ['rows.all(r, params.names.all(name, name != r.a))', ['a']],
    ['cel.bind(r, params, r.limit > 1)', []],
  ])('%s', (condition, columns) => {
    expect(columnsRead(condition)).toEqual(columns);
  });
});

describe('a column that no row of the check has is refused with its line and the nearest name', () => {
  test.each([
    [
      'each',
      [SQL, 'each: r.lag_sec < params.limit'],
      /r\.yaml:\d+: .*each: .*`lag_sec`.*did you mean `lag_secs`/,
    ],
    ['pass', [SQL, 'pass: rows.all(r, r.simbol != "")', FAIL], /pass: .*`simbol`.*did you mean `symbol`/],
    ['fail', [SQL, PASS, 'fail: rows.exists(r, r["lagg"] > 1.0)'], /fail: .*`lagg`/],
    ['warn', [SQL, PASS, FAIL, 'warn: rows.exists(r, has(r.nope))'], /warn: .*`nope`/],
    ['wrongRows', [SQL, PASS, FAIL, 'wrongRows: r.nope > 1'], /wrongRows: .*`nope`/],
    ['baseline', [SQL, PASS, FAIL, 'baseline: r.nope > 1'], /baseline: .*`nope`/],
    [
      'problems',
      [SQL, 'each: r.lag_secs < 1.0', 'problems: [{ fail: r.nope > 1, say: { en: x, zh-CN: 一 } }]'],
      /problems.*`nope`/,
    ],
    [
      'expectKeys',
      [SQL, PASS, FAIL, 'expectKeys: { column: simbol, parameter: names }'],
      /`simbol`.*`symbol`/,
    ],
    ['a list of a query', ['query: lists.kinds', 'each: r.cntt > 0'], /`cntt`.*did you mean `cnt`/],
    [
      'a column of a query',
      ['query: lists.kind', 'each: r.cnt > 0'],
      /no column `kind`; did you mean `kinds`/,
    ],
    ['another kind of probe', ['env: ENABLED', 'each: r.valu == true'], /`valu`.*did you mean `value`/],
  ])('%s', async (_place, check, sentence) => {
    const told = await faultsOf(runbook(check));
    expect(told).toMatch(sentence);
    // Once, although `pass`, `fail` and `wrongRows` follow from `each`.
    expect(told.match(/no row of this check|has no column/g)).toHaveLength(1);
  });

  test('also one that the model is to be tried on', async () => {
    const inputs = 'modelInputs: { sql: "SELECT bn_obi_5 FROM feed", features: { obi5: bn_obi5 } }';
    expect(await faultsOf(runbook([SQL, PASS, FAIL], inputs))).toMatch(
      /modelInputs\.features\.obi5: .*`bn_obi5`; did you mean `bn_obi_5`/,
    );
  });

  test('whole rows of a table hold what the database alone knows', async () => {
    expect(await faultsOf(runbook(['sql: SELECT * FROM feed', 'each: r.anything > 1']))).toBe('');
  });
});

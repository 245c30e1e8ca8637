import { describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { sentenceOf } from '../support/in-words.js';
import { notInChinese } from './in-chinese.js';

const runbook = ({
  check = '',
  sql = "SELECT symbol, 1 AS lag FROM feed WHERE symbol = 'late'",
  more = '',
}) => `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: { limit: 10 }
variables:
  ENABLED: { type: boolean, default: false }
queries:
  lists: { sql: "WITH kinds AS (SELECT kind, count(*) AS cnt FROM orders GROUP BY 1) SELECT (SELECT jsonb_agg(k) FROM kinds k) AS kinds" }
${more}
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
      - id: toy.one
        title: { en: One, zh-CN: 一 }
        pass: rows.all(r, true)
        fail: rows.exists(r, false)
        ${check.startsWith('sql') || check === '' ? `sql: ${JSON.stringify(sql)}` : check.split('\n')[0]}
${check
  .split('\n')
  .slice(1)
  .map((line) => `        ${line}`)
  .join('\n')}
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

const said = (key: string, words: string) => `sql\n${key}: { en: '${words}', zh-CN: '好' }`;

describe('a hole that nothing fills is refused with its line, whether the text is shown or not', () => {
  test.each([
    ['problem', said('problem', '{symbl} late'), /`\{symbl\}`.*did you mean `symbol`/],
    ['fine', said('fine', '{lagg}'), /`\{lagg\}`/],
    ['unclear', said('unclear', '{lagg:secs}'), /`\{lagg\}`/],
    ['a word of the statement that is no column', said('fine', '{late}'), /`\{late\}`/],
    ['Chinese alone', "sql\nproblem: { en: 'late', zh-CN: '{symbl}' }", /problem\.zh-CN.*`\{symbl\}`/],
    ['problems', "sql\nproblems: [{ when: 'true', say: { en: '{symbl}', zh-CN: '一' } }]", /`\{symbl\}`/],
    ['remedy', said('remedy', 'Restart {host}'), /remedy.*no value is filled in.*`\{host\}`/],
    [
      'title',
      "sql\nonDemand: { all: { title: { en: 'All of {lag}', zh-CN: '全' }, sql: SELECT 1 AS x } }",
      /onDemand\.all\.title\.en.*`\{lag\}`/,
    ],
    ['expected', "env: ENABLED\nexpected: '{lag}'", /expected.*`\{lag\}`/],
    ['a parameter of expected', "env: ENABLED\nexpected: '{params.limmit}'", /expected.*`limmit`/],
    ['a part of a parameter', said('fine', '{params.limit.x}'), /`limit\.x`/],
    ['an inherited name', said('fine', '{params.toString}'), /`toString`/],
    ['a variable', said('fine', '{env.ENABLED.x}'), /`ENABLED\.x`/],
    ['a format in capitals', said('fine', '{lag:Secs}'), /the format `Secs`/],
    ['a probe of a host', "env: ENABLED\nfine: { en: '{vallue}', zh-CN: '好' }", /`\{vallue\}`.*`value`/],
    ['a list of a query', "query: lists\ncolumn: kinds\nfine: { en: '{knd}', zh-CN: '好' }", /`\{knd\}`/],
    ['each of a file', "file: /opt/x\nfine: { en: '{sie}', zh-CN: '好' }", /`\{sie\}`.*`size`/],
  ])('%s', async (_name, check, fault) => {
    const told = await faultsOf(runbook({ check }));
    expect(told).toMatch(fault);
    expect(told).toMatch(/^r\.yaml:\d+: /);
    expect(told.split('\n')).toHaveLength(1);
  });

  test.each([
    [
      'a column',
      "texts: { env: { fine: { en: '{vallue}', zh-CN: '好' } } }",
      /texts\.env\.fine\.en.*`\{vallue\}`/,
    ],
    [
      'a column, and no check is of that kind',
      "texts: { file: { fine: { en: '{sie}', zh-CN: '好' } } }",
      /`\{sie\}`/,
    ],
    [
      'a kind',
      "texts: { envv: { fine: { en: 'a', zh-CN: '好' } } }",
      /texts\.envv.*no kind of probe.*did you mean `env`/,
    ],
    ['a variable', "texts: { env: { fine: { en: '{env.NOPE}', zh-CN: '好' } } }", /`NOPE`/],
    ['problems, which a kind has not', 'texts: { env: { problems: [] } }', /no such key/],
    [
      'a remedy',
      "texts: { env: { remedy: { en: 'as {expected}', zh-CN: '好' } } }",
      /no value is filled in.*`\{expected\}`/,
    ],
  ])('the texts of a kind: %s', async (_name, more, fault) => {
    const told = await faultsOf(runbook({ check: 'env: ENABLED', more }));
    expect(told).toMatch(fault);
    expect(told.split('\n')).toHaveLength(1);
  });
});

describe('what may be named', () => {
  test.each([
    ['columns, parameters and variables', said('fine', '{symbol} {lag:secs} {params.limit} {env.ENABLED}')],
    ['a text that only looks like it', said('fine', 'a { b } {} {1}')],
    ['the list of a query', "query: lists\ncolumn: kinds\nfine: { en: '{kind} {cnt:int}', zh-CN: '好' }"],
    [
      'whatever an endpoint answers',
      "http: { url: 'https://a.example/' }\nfine: { en: '{anything}', zh-CN: '好' }",
    ],
    ['the expected value of a kind', "env: ENABLED\nexpected: '{params.limit} of {host}'"],
  ])('%s', async (_name, check) => {
    const more =
      "texts: { env: { problem: { en: '{host}: {value}, expected {expected}', zh-CN: '{expected}' } } }";
    expect(await faultsOf(runbook({ check, more }))).toBe('');
  });

  test.each([
    ['SELECT f.symbol, f.lag FROM feed f', '{symbol} {lag}', '{f}'],
    ['SELECT symbol AS lag FROM feed UNION ALL SELECT other FROM feed', '{lag}', '{other}'],
    ['SELECT count(*), max(lag), lag::int FROM feed GROUP BY lag', '{count} {max} {lag}', '{int}'],
    ['WITH a AS (SELECT 1 AS x) SELECT a.x + 1 AS "Sum" FROM a', '{Sum}', '{sum}'],
    // Only the database knows the columns of a table.
    ['SELECT * FROM feed', '{whatever}', undefined],
    ['SELECT a.* FROM (SELECT f.* FROM feed f) a', '{whatever}', undefined],
    ['SELECT * FROM (VALUES (1)) AS v(column_one)', '{column_one}', '{column_two}'],
    ['WITH a AS (SELECT 1 AS x) SELECT * FROM a', '{x}', '{y}'],
  ])('of the answer of %s', async (sql, known, unknown) => {
    expect(await faultsOf(runbook({ check: said('fine', known), sql }))).toBe('');
    if (unknown !== undefined)
      expect(await faultsOf(runbook({ check: said('fine', unknown), sql }))).toContain(`\`${unknown}\``);
  });
});

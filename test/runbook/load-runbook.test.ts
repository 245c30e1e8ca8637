import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { type ConfigurationError, formatFault } from '../../src/runbook/configuration-fault.js';
import { loadRunbook, parseRunbook } from '../../src/runbook/load-runbook.js';
import { hashOfRunbookFile } from '../../src/runbook/sql-files.js';
import { say } from '../../views/sentence.js';
import { inWords, sentenceOf } from '../support/in-words.js';
import { notInChinese } from './in-chinese.js';

const GOOD = `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: { limit: 10, names: [a, b] }
variables:
  ENABLED: { type: boolean, default: false }
queries:
  both: { sql: 'SELECT 1 AS x' }
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
      - id: toy.sql
        title: { en: SQL, zh-CN: 查询 }
        sql: SELECT 1 AS x WHERE 'a' = ANY(\${names}) AND 1 < \${limit}
        pass: rows.all(r, r.x < params.limit)
        fail: rows.exists(r, r.x >= params.limit)
      - id: toy.env
        title: { en: ENABLED, zh-CN: 开关 }
        env: ENABLED
        pass: rows.all(r, r.value == true)
        fail: rows.exists(r, r.value == false)
`;

const parse = (text: string) => parseRunbook('r.yaml', Buffer.from(text), PROBE_KINDS);

/** The message of the ConfigurationError, each fault of which is told in Chinese too; '' where the text is accepted. */
async function faultsOf(text: string): Promise<string> {
  try {
    await parse(text);
    return '';
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) return `no configuration error: ${(error as Error).message}`;
    expect(notInChinese(error)).toEqual([]);
    return sentence.en;
  }
}

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('a runbook without faults', () => {
  test('is compiled', async () => {
    const runbook = await parse(GOOD);
    expect(runbook).toMatchObject({ strategy: 'toy', envPrefix: 'TOY__', file: 'r.yaml' });
    expect(runbook.sha256).toMatch(/^[0-9a-f]{64}$/);
    const [section] = runbook.sections;
    expect(section).toMatchObject({ id: '1.1', kinds: ['precheck'] });
    const [sql, env] = section?.checks ?? [];
    expect(sql?.probe).toMatchObject({
      kind: 'sql',
      query: {
        statement: { text: "SELECT 1 AS x WHERE 'a' = ANY($1) AND 1 < $2", parameters: ['names', 'limit'] },
      },
    });
    expect(sql).toMatchObject({ mode: 'deciding', noData: 'inconclusive', timeoutMs: 5_000 });
    expect(env?.probe).toMatchObject({ kind: 'env', variable: 'ENABLED' });
  });

  describe('in the short form', () => {
    const judged = async (lines: string) => {
      const written = GOOD.replace(
        / {8}pass: rows.all\(r, r.x .*\n.*\n/,
        lines.replaceAll(/^/gm, '        ').concat('\n'),
      );
      const [check] = (await parse(written)).sections.flatMap(({ checks }) => checks);
      const sources = [check?.pass, check?.fail, check?.warn].map((one) => one?.source);
      const wrong = [2, 4, 5, 10].filter((x) => check?.isWrongRow?.({ x }));
      return { sources, wrong, problems: check?.text.problems.length };
    };
    const say = 'say: { en: a, zh-CN: 甲 }';

    test('what every row must satisfy stands for its conditions', async () => {
      expect(await judged('each: r.x < 5.0')).toEqual({
        sources: ['rows.all(r, r.x < 5.0)', 'rows.exists(r, !(r.x < 5.0))', undefined],
        wrong: [5, 10],
        problems: 0,
      });
    });

    test('a problem decides besides what it says, with the others and with the check’s own conditions', async () => {
      const problems = `problems: [{ fail: r.x > 8.0, ${say} }, { fail: r.x > 9.0, ${say} }, { warn: r.x > 3.0, ${say} }, { when: r.x > 1.0, ${say} }]`;
      const [failing, warning] = ['rows.exists(r, (r.x > 8.0) || (r.x > 9.0))', 'rows.exists(r, r.x > 3.0)'];
      const own = 'each: r.x < 5.0\n';
      expect(await judged(own + problems)).toEqual({
        sources: ['rows.all(r, r.x < 5.0)', failing, warning],
        wrong: [4, 5, 10],
        problems: 4,
      });
      const more = await judged(`${own}fail: rows.size() > 7\nwarn: rows.size() > 6\n${problems}`);
      expect(more.sources.slice(1)).toEqual([
        `(rows.size() > 7) || ${failing}`,
        `(rows.size() > 6) || ${warning}`,
      ]);
    });

    test.each([
      `problems: [{ fail: r.y >, ${say} }]`,
      `problems: [{ fail: r.x > 1, warn: r.x > 2, ${say} }]`,
      `problems: [{ ${say} }]`,
      `problems: [{ fail: 3, ${say} }]`,
    ])('a faulty problem is refused with its line: %s', async (problems) => {
      const faults = await judged(`each: r.x < 5\n${problems}`).catch((error) => sentenceOf(error)?.en);
      expect(faults).toMatch(/^(r\.yaml:19: [^\n]*\n?)+$/);
    });
  });

  test('its hash changes with each byte', async () => {
    const [one, other] = [await parse(GOOD), await parse(`${GOOD}# a remark\n`)];
    expect(one.sha256).not.toBe(other.sha256);
  });
});

test('what a condition or a sentence only says is no variable that it reads', async () => {
  const text = GOOD.replace('r.x < params.limit', 'r.x < 3.0 || r.x == "env.ENABLED"').replace(
    '        env: ENABLED',
    "        problem: { en: 'see env.ENABLED', zh-CN: '见 env.ENABLED' }\n        env: ENABLED",
  );
  const checks = (await parse(text)).sections.flatMap((section) => section.checks);
  expect(checks.map(({ environment }) => environment)).toEqual([[], []]);
});

test('of YAML that does not parse the first fault is told, and not what follows from it', async () => {
  const told = await faultsOf(
    GOOD.replace('title: { en: SQL, zh-CN: 查询 }', 'title: { en: Look at {host}; zh-CN: 查询 }'),
  );
  expect(told).toMatch(/^r\.yaml:16: not valid YAML[^\n]*$/);
  expect(
    (await faultsOf(GOOD.replaceAll('toy\n', 'toy\nagentId: toy\n'))).split('\n').length,
  ).toBeGreaterThan(1);
});

describe('each fault is named with its line', () => {
  test.each([
    ['no pass', '        pass: rows.all(r, r.value == true)\n', '', 'id: toy.env', /`pass`/],
    ['no fail', '        fail: rows.exists(r, r.value == false)\n', '', 'id: toy.env', /`fail`/],
    [
      'an unknown parameter in a condition',
      'r.x < params.limit',
      'r.x < params.limmit',
      'params.limmit',
      /limmit/,
    ],
    [
      'an unknown parameter that a condition only asks for',
      'r.x < params.limit)',
      'r.x < 3.0 || !has(params.limmit))',
      'params.limmit',
      /the parameter `limmit` does not exist/,
    ],
    [
      'a condition that does not parse',
      'rows.all(r, r.x < params.limit)',
      'rows.all(r,',
      'pass: rows.all(r,',
      /pass/,
    ],
    [
      'a pattern in a condition that no linear engine holds',
      'rows.all(r, r.x < params.limit)',
      `rows.all(r, r.y.matches('^(?=a)'))`,
      'pass: rows.all(r, r.y',
      /look-around and back references/,
    ],
    ['an unknown parameter in SQL', '${limit}', '${limmit}', '${limmit}', /`limmit`, which does not exist/],
    [
      'two statements',
      'SELECT 1 AS x WHERE',
      'SELECT 1; SELECT 1 AS x WHERE',
      'SELECT 1; SELECT',
      /2 statements/,
    ],
    [
      'SQL that writes',
      "sql: SELECT 1 AS x WHERE 'a' = ANY(${names}) AND 1 < ${limit}",
      'sql: DELETE FROM t',
      'DELETE',
      /more than read/,
    ],
    ['SQL that does not parse', 'SELECT 1 AS x WHERE', 'SELEC 1 WHERE', 'SELEC ', /does not parse/],
    [
      'an id that stands twice',
      'id: toy.env',
      'id: toy.sql # again',
      'toy.sql # again',
      /`toy\.sql` stands twice/,
    ],
    ['a malformed id', 'id: toy.env', 'id: Toy', 'id: Toy', /write an id like/],
    ['an unknown variable', 'env: ENABLED', 'env: ENABLDE', 'env: ENABLDE', /ENABLDE/],
    ['a malformed variable', '  ENABLED: {', '  enabled: {', 'enabled: {', /in capitals/],
    [
      'a default that the variable cannot have',
      'default: false',
      'default: flase',
      'default: flase',
      /default/,
    ],
    [
      'a parameter that no double holds',
      'limit: 10',
      'limit: 9007199254740993',
      'limit: 9007199254740993',
      /more than 9007199254740991.*write it in quotes/,
    ],
    [
      'a parameter in a list that no double holds',
      'names: [a, b]',
      'names: [a, b], ids: [1, -9007199254740993]',
      'limit: 10',
      /more than 9007199254740991/,
    ],
    [
      'a default that no double holds',
      '  ENABLED: {',
      '  ACCOUNT: { type: text, default: 9007199254740993 }\n  ENABLED: {',
      'ACCOUNT',
      /more than 9007199254740991/,
    ],
    [
      'a word of two values that differ in capitals alone',
      '  ENABLED: {',
      '  MODE: { type: enum, values: { a: [both], B: [Both] } }\n  ENABLED: {',
      'MODE',
      /the word `Both` stands for two values/,
    ],
    [
      'an unknown key',
      '        env: ENABLED',
      '        colour: red\n        env: ENABLED',
      'colour',
      /no such key/,
    ],
    [
      'two sources',
      '        env: ENABLED',
      '        process: environment\n        env: ENABLED',
      'id: toy.env',
      /exactly one of/,
    ],
    ['no source', '        env: ENABLED\n', '', 'id: toy.env', /this one has none/],
    [
      'an error line that no linear engine holds',
      'queries:\n',
      'startLog: { loadedLine: [loaded], errorLines: [fine, "(a)\\\\1"] }\nqueries:\n',
      'startLog',
      /look-around and back references/,
    ],
    ['an unknown query', 'env: ENABLED', 'query: neither', 'query: neither', /no query `neither`/],
    [
      'a query that no runbook has',
      'env: ENABLED',
      'query: toString',
      'query: toString',
      /no query `toString`/,
    ],
    [
      'a column without a query',
      '        env: ENABLED',
      '        column: x\n        env: ENABLED',
      'column: x',
      /goes with `query`/,
    ],
    ['a relative file', 'env: ENABLED', 'file: etc/hosts', 'file: etc/hosts', /absolute path/],
    ['a section for no run', 'kind: precheck', 'kind: prechek', 'kind: prechek', /kind/],
    [
      'a name that the run sets itself',
      'limit: 10,',
      'limit: 10, accountId: x,',
      'accountId',
      /set by the run itself/,
    ],
    ['a text in one language', 'title: { en: SQL, zh-CN: 查询 }', 'title: { en: SQL }', 'en: SQL', /zh-CN/],
    ['YAML that does not parse', 'params: {', 'params: }{', 'params: }{', /not valid YAML/],
    ['a key twice', 'agentId: toy\n', 'agentId: toy\nagentId: other\n', 'agentId: other', /not valid YAML/],
  ])('%s', async (_name, part, instead, at, sentence) => {
    const text = GOOD.replace(part, () => instead);
    expect(text).not.toBe(GOOD);
    const faults = (await faultsOf(text)).split('\n');
    const there = faults.filter((fault) => fault.startsWith(`r.yaml:${lineOf(text, at)}: `));
    expect({ faults, there: there.join('\n') }).toEqual({ faults, there: expect.stringMatching(sentence) });
  });

  test.each([
    ['problem', '{x} against {params.limmit}', /`limmit`, which does not exist/],
    ['fine', '{x:seconds}', /the format `seconds`; known are/],
  ])('in a text (%s)', async (key, words, sentence) => {
    const added = `        ${key}: { en: '${words}', zh-CN: '一' }\n`;
    const faults = await faultsOf(GOOD + added);
    expect(faults).toMatch(sentence);
    expect(faults).toMatch(new RegExp(`^r\\.yaml:${GOOD.split('\n').length}: `));
  });

  test('expectKeys names a parameter that is a list of texts', async () => {
    const added = (parameter: string) =>
      `${GOOD}        expectKeys: { column: value, parameter: ${parameter} }\n`;
    expect(await faultsOf(added('names'))).toBe('');
    expect(await faultsOf(added('limit'))).toMatch(/limit/);
    expect(await faultsOf(added('absent'))).toMatch(/absent/);
  });
});

describe('what ends the entries alone', () => {
  const withValues = (values: string) =>
    GOOD.replace(
      'params:',
      `halt: { closeOnly: ${values} }\nsystemVariables: { QUIET: { type: boolean } }\nparams:`,
    ).replace(
      'queries:',
      '  CLOSE_ONLY: { type: boolean, default: false }\n  SIZE: { type: integer, default: 1 }\nqueries:',
    );

  test.each([['{ TOY__CLOSE_ONLY: true }'], ['{ TOY__CLOSE_ONLY: "on", TOY__SIZE: 3 }']])(
    '%s is taken',
    async (values) => expect(await faultsOf(withValues(values))).toBe(''),
  );

  test('is read as text, whatever the runbook has beside it', async () => {
    const { halt } = await parse(withValues('{ TOY__CLOSE_ONLY: true, TOY__SIZE: 3 }'));
    expect(halt.closeOnly).toEqual({ TOY__CLOSE_ONLY: 'true', TOY__SIZE: '3' });
  });

  test.each([
    [
      '{ CLOSE_ONLY: true }',
      /none of `variables`.*no release could let .* enter again.*did you mean `TOY__CLOSE_ONLY`/,
    ],
    ['{ TOY__CLOSE_ONYL: true }', /did you mean `TOY__CLOSE_ONLY`/],
    ['{ QUIET: true }', /none of `variables`/],
    ['{ TOY__SOMETHING: true }', /none of `variables`/],
    ['{ TOY__CLOSE_ONLY: treu }', /not a value that `TOY__CLOSE_ONLY` can have/],
    ['{ TOY__ENABLED: false }', /the enable flag/],
    ['{}', /name a variable and its value/],
  ])('%s is refused', async (values, sentence) => {
    expect(await faultsOf(withValues(values))).toMatch(sentence);
  });
});

describe('all faults at once', () => {
  test('of the compiled parts', async () => {
    const text = GOOD.replace('r.x < params.limit', 'r.x < params.one')
      .replace('${names}', '${two}')
      .replace('env: ENABLED', 'env: THREE')
      .replace('r.value == false', 'r.value === false');
    const faults = (await faultsOf(text)).split('\n');
    const lines = faults.map((fault) => Number(/^r\.yaml:(\d+):/.exec(fault)?.[1]));
    expect(new Set(lines)).toEqual(
      new Set(['params.one', '${two}', 'env: THREE', '=== false'].map((part) => lineOf(text, part))),
    );
  });

  test('of the shape', async () => {
    const text = GOOD.replace('strategy: toy', 'strategy: Toy!')
      .replace('kind: precheck', 'kind: x')
      .replace('env: ENABLED', 'env: e');
    expect((await faultsOf(text)).split('\n')).toHaveLength(3);
  });

  const linesOf = async (text: string) => {
    const faults = (await faultsOf(text)).split('\n');
    return faults.map((fault) => Number(/^r\.yaml:(\d+):/.exec(fault)?.[1])).toSorted((a, b) => a - b);
  };

  test.each([
    ['a key that nobody knows', 'kind: precheck', 'kind: precheck\n    colour: red', 'colour: red'],
    ['a malformed id', 'id: toy.env', 'id: Toy', 'id: Toy'],
    ['a title in one language', 'title: { en: ENABLED, zh-CN: 开关 }', 'title: { en: E }', 'en: E }'],
    ['no strategy', 'strategy: toy\n', '', 'agentId: toy'],
    ['a section for no run', 'kind: precheck', 'kind: prechek', 'kind: prechek'],
    ['a variable of no type', 'type: boolean', 'type: bolean', 'type: bolean'],
    ['a check that is no check', '      - id: toy.env', '      - toy\n      - id: toy.env', '- toy\n'],
  ])('of the shape and of the compiled parts: %s', async (_name, part, instead, at) => {
    const text = GOOD.replace('r.x < params.limit', 'r.x < params.one')
      .replace('${names}', '${two}')
      .replace('r.value == false', 'r.value === false')
      .replace(part, () => instead);
    const wanted = ['params.one', '${two}', '=== false', at].map((where) => lineOf(text, where));
    expect(await linesOf(text)).toEqual(wanted.toSorted((a, b) => a - b));
  });

  test('what follows from a fault of the shape is no fault of its own', async () => {
    const text = GOOD.replace('limit: 10', 'limit: { of: 10 }')
      .replace('env: ENABLED', 'query: both')
      .replace("both: { sql: 'SELECT 1 AS x' }", 'both: { sql: 5 }');
    expect(await linesOf(text)).toEqual(['limit: { of', 'both: {'].map((where) => lineOf(text, where)));
  });
});

test('in Chinese a fault stands at the same line and says the same', async () => {
  const text = GOOD.replace('id: toy.env', 'id: Toy')
    .replace('kind: precheck', 'kind: prechek')
    .replace('${limit}', '${limmit}')
    .replace('params: {', 'colour: red\nparams: {');
  const error: unknown = await parse(text).catch((refused: unknown) => refused);
  const said = (error as ConfigurationError).faults.map((fault) => formatFault(fault, 'zh-CN', say));
  const line = (part: string) => lineOf(text, part);
  expect(said.toSorted()).toEqual(
    [
      `r.yaml:${line('colour')}: colour：没有这个键`,
      `r.yaml:${line('kind: prechek')}: sections.0.kind：无效选项：期望以下之一 "precheck"|"verify"|"gonogo"`,
      `r.yaml:${line('id: Toy')}: sections.0.checks.1.id：请写成类似 \`data.prices.lag\` 的编号`,
      `r.yaml:${line('${limmit}')}: sections.0.checks.0.sql：SQL 使用了不存在的参数 \`limmit\``,
    ].toSorted(),
  );
});

test('a file that is not there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lobml-runbook-'));
  await expect(inWords(() => loadRunbook(join(folder, 'none.yaml'), PROBE_KINDS))).rejects.toThrow(
    /none\.yaml: the runbook cannot be read/,
  );
  await rm(folder, { recursive: true });
});

test('the shipped runbook has no fault', async () => {
  const { sections } = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);
  expect(sections.flatMap(({ checks }) => checks.map(({ id }) => id))).toContain('data.sync_records.lag');
});

describe('statements in files of their own', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'lobml-runbook-')), 'toy');
    file = join(folder, 'runbook.yaml');
    await mkdir(folder);
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  /** The toy runbook with this in the place of its shared statement. */
  const write = (sql: string, files: Readonly<Record<string, string>>) =>
    Promise.all(
      Object.entries({ ...files, 'runbook.yaml': GOOD.replace("'SELECT 1 AS x'", sql) }).map(([name, text]) =>
        writeFile(join(folder, name), text),
      ),
    );
  const load = () => loadRunbook(file, PROBE_KINDS);
  const faults = () =>
    inWords(load).then(
      () => '',
      (error: Error) => error.message,
    );

  test('a parameter that a statement binds is no word for the present', async () => {
    const text = GOOD.replace('names: [a, b]', 'names: [a, Today]');
    expect(await faultsOf(text)).toContain('the SQL reads a clock (`${names}: Today`)');
  });

  test('are read, and belong to the runbook’s hash', async () => {
    await write('both.sql', { 'both.sql': '-- Both\nSELECT 2 AS x' });
    const before = await load();
    expect(await hashOfRunbookFile(file)).toBe(before.sha256);
    await writeFile(join(folder, 'both.sql'), '-- Both\nSELECT 3 AS x');
    expect((await load()).sha256).not.toBe(before.sha256);
    expect(await hashOfRunbookFile(file)).not.toBe(before.sha256);
  });

  test('a parameter that holds nothing is one fault, and not one more for each statement that binds it', async () => {
    await write('both.sql', { 'both.sql': 'SELECT 1 AS x\nWHERE 1 < ${limit}' });
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('limit: 10', 'limit: []'));
    expect((await faults()).split('\n')).toEqual([expect.stringMatching(/params\.limit: /)]);
  });

  test('a fault names their own line', async () => {
    await write('both.sql', { 'both.sql': '-- Both\nSELECT 1 AS x\nWHERE NOW() > ${asOf}' });
    expect(await faults()).toMatch(/both\.sql:3: queries\.both\.sql: the SQL reads a clock \(`now\(\)`\)/);
    await write('both.sql', { 'both.sql': 'SELECT 1 AS x\nFROM WHERE' });
    expect(await faults()).toMatch(/both\.sql:2: queries\.both\.sql: the SQL does not parse/);
    await write('both.sql', { 'both.sql': 'SELECT 1 AS x\n\nWHERE ${absent}' });
    expect(await faults()).toMatch(/both\.sql:3: queries\.both\.sql: .*`absent`/);
  });

  test('a longer statement in the runbook itself is told by its line there', async () => {
    const text = GOOD.replace(
      "{ sql: 'SELECT 1 AS x' }",
      '\n    sql: |\n      SELECT 1 AS x\n      WHERE NOW() > 0',
    );
    expect(await faultsOf(text)).toContain(`r.yaml:${lineOf(text, 'WHERE NOW()')}: queries.both.sql`);
  });

  test('are held inside the runbook’s folder', async () => {
    await writeFile(join(folder, '..', 'outside.sql'), 'SELECT 1');
    await symlink(join(folder, '..', 'outside.sql'), join(folder, 'link.sql'));
    await write('../outside.sql', {});
    expect(await faults()).toMatch(/runbook\.yaml:\d+: queries\.both\.sql: .*outside the runbook/);
    await write('link.sql', {});
    expect(await faults()).toMatch(/outside the runbook/);
    await write('absent.sql', {});
    expect(await faults()).toMatch(/runbook\.yaml:\d+: queries\.both\.sql: the file `absent\.sql`/);
  });
});

describe('the short form of a check', () => {
  const SHORT = GOOD.replace(
    / {6}- id: toy\.env[\s\S]*$/,
    '      - { env: ENABLED, each: r.value == true, expected: on }\n',
  ).replace(
    'sections:',
    "texts: { env: { problem: { en: 'not {expected}', zh-CN: '应为 {expected}' } } }\nsections:",
  );

  test('goes by its variable’s name, and says what the others of its kind say', async () => {
    const { sections } = await parse(SHORT);
    const check = sections[0]?.checks[1];
    expect(check).toMatchObject({ id: 'env.enabled', title: { en: 'ENABLED', 'zh-CN': 'ENABLED' } });
    const judge = (value: boolean) => [check?.pass.holds([{ value }]), check?.fail.holds([{ value }])];
    expect([judge(true), judge(false)]).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(check?.isWrongRow?.({ value: false })).toBe(true);
    expect(check?.text.problem?.en.render({})).toBe('not on');
  });

  test.each([
    ['true', 'r.value == true', '`true`'],
    ['ev_exit', 'r.value == "ev_exit"', '`ev_exit`'],
    ['0.10', 'r.value == 0.1', '0.1'],
    ['120, expected: 120 s', 'r.value == 120', '120 s'],
  ])('`is: %s` is the one value that a variable must have', async (value, condition, expected) => {
    const [check] = (
      await parse(SHORT.replace('each: r.value == true, expected: on', `is: ${value}`))
    ).sections
      .flatMap(({ checks }) => checks)
      .slice(1);
    expect(check?.pass.source).toBe(`rows.all(r, ${condition})`);
    expect(check?.fail.source).toBe(`rows.exists(r, !(${condition}))`);
    expect(check?.text.problem?.en.render({})).toBe(`not ${expected}`);
  });

  test.each([
    'is: true, each: r.value == true',
    'is: true, pass: "true", fail: "false"',
    'is: [true]',
    'is: ""',
    'is: 9007199254740993',
  ])('an `is` that would not count is refused with its line: %s', async (keys) => {
    const text = SHORT.replace('each: r.value == true', keys);
    expect(await faultsOf(text)).toMatch(new RegExp(`^r\\.yaml:${lineOf(text, '{ env: ENABLED')}: `));
  });

  test('`is` speaks of a variable alone', async () => {
    expect(await faultsOf(GOOD.replace('pass: rows.all(r, r.x < params.limit)', 'is: 1'))).toMatch(/is/);
  });

  test('its own `fail` goes before what `each` implies', async () => {
    const { sections } = await parse(SHORT.replace('expected: on', "expected: on, fail: 'false'"));
    expect(sections[0]?.checks[1]?.fail.holds([{ value: false }])).toBe(false);
  });

  test('a fault of it is told once', async () => {
    const text = SHORT.replace('r.value == true', 'r.value == params.absent');
    const error: unknown = await parse(text).catch((refused: unknown) => refused);
    expect((error as ConfigurationError).faults.map(({ line, place }) => [line, place])).toEqual([
      [lineOf(text, 'each:'), 'sections.0.checks.1.each'],
    ]);
  });
});

describe('what the runbook says once', () => {
  const checksOf = async (text: string) => (await parse(text)).sections.flatMap(({ checks }) => checks);
  const ofQuery = GOOD.replace(
    "sql: 'SELECT 1 AS x' }",
    "sql: 'SELECT 1 AS x', expectKeys: { column: x, parameter: names } }",
  ).replace(/sql: SELECT 1 AS x WHERE.*/, 'query: both');

  test('what a query’s rows must hold is expected by each of its checks', async () => {
    const [ofTheQuery] = await checksOf(ofQuery);
    expect(ofTheQuery?.expectKeys).toEqual({ column: 'x', values: ['a', 'b'], missing: 'fail' });
    const own = 'query: both\n        expectKeys: { column: x, parameter: names, missing: inconclusive }';
    const [ofItsOwn] = await checksOf(ofQuery.replace('query: both', own));
    expect(ofItsOwn?.expectKeys?.missing).toBe('inconclusive');
  });

  test('a list in one column of a query holds other rows', async () => {
    const [check] = await checksOf(ofQuery.replace('query: both', 'query: both.x'));
    expect(check?.probe).toMatchObject({ kind: 'sql', query: { name: 'both' }, column: 'x' });
    expect(check?.expectKeys).toBeUndefined();
  });

  test('a fault of it is told once, at the query', async () => {
    const text = ofQuery.replace('parameter: names', 'parameter: absent');
    expect(await faultsOf(text)).toMatch(
      new RegExp(`^r\\.yaml:${lineOf(text, 'both: {')}: [^\n]*absent[^\n]*$`),
    );
  });

  test.each(['query: neither.x', 'query: both.x.y', 'query: both.', 'query: both.x\n        column: x'])(
    'a column that cannot be read is refused with its line: %s',
    async (query) => {
      const text = ofQuery.replace('query: both', query);
      expect(await faultsOf(text)).toMatch(new RegExp(`^r\\.yaml:${lineOf(text, 'query: ')}: [^\n]*$`));
    },
  );

  const ofChapter = GOOD.replace('    kind: precheck\n', '').replace(
    'sections:',
    "kinds: { '1': [verify, gonogo], '2': [precheck] }\nsections:",
  );

  test('a section is held by the runs of its chapter, unless it says otherwise', async () => {
    const kindsOf = async (text: string) => (await parse(text)).sections.map(({ kinds }) => kinds);
    expect(await kindsOf(ofChapter)).toEqual([['verify', 'gonogo']]);
    expect(await kindsOf(ofChapter.replace("id: '1.1'", "id: '1.1'\n    kind: precheck"))).toEqual([
      ['precheck'],
    ]);
    expect(await faultsOf(ofChapter.replace("id: '1.1'", "id: '11.1'"))).toMatch(/kind/);
  });

  test.each(["'1': [verify, never]", "'1': []", "'1': verify", "'1.1': [verify], '1': [verify]"])(
    'a chapter that is wrong is told once, with its line: %s',
    async (chapters) => {
      const text = ofChapter.replace(/kinds: .*/, `kinds: { ${chapters} }`);
      expect(await faultsOf(text)).toMatch(new RegExp(`^r\\.yaml:${lineOf(text, 'kinds:')}: [^\n]*$`));
    },
  );

  test('the only check of a section goes by its title, and no other', async () => {
    const untitled = GOOD.replace('        title: { en: SQL, zh-CN: 查询 }\n', '');
    const [only] = await checksOf(untitled.replace(/ {6}- id: toy\.env[\s\S]*$/, ''));
    expect(only?.title).toEqual({ en: 'One', 'zh-CN': '一' });
    expect(await faultsOf(untitled)).toMatch(/title/);
  });

  test('the agent is called like the strategy, and plain columns as they are named', async () => {
    const columns = 'agent: a, account: b, at: c, kind: d, market: e, token: f, side: g';
    const orders = `orders: { entry: in, exit: out, table: t, columns: { ${columns} }, statuses: { filled: F, over: O } }`;
    const runbook = await parse(GOOD.replace('agentId: toy', orders));
    expect(runbook.agentId).toBe('toy');
    expect(runbook.orders?.columns).toMatchObject({
      shares: 'shares',
      filledShares: 'filled_shares',
      id: 'id',
      status: 'status',
    });
  });
});

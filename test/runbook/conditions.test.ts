import { describe, expect, test } from '@jest/globals';
import { type ConditionError, sayConditionFault } from '../../src/domain/condition.js';
import { createConditionCompiler } from '../../src/runbook/conditions.js';
import { RefusedPart } from '../../src/runbook/configuration-fault.js';
import { conditionFault } from '../../views/text/en/condition-fault.js';
import { sentenceOf } from '../support/in-words.js';

const compiler = createConditionCompiler(
  { limit: 10, name: 'onnx', symbols: ['BTC', 'ETH'], counts: [1, 2], strict: true },
  { ENABLED: { type: 'boolean' }, WEIGHT: { type: 'number' }, MODE: { type: 'enum', values: { a: [] } } },
);
const holds = (source: string, ...rows: Record<string, string | number | boolean | null>[]): boolean =>
  compiler.compile(source).holds(rows);

const said = ({ fault: { code, facts } }: ConditionError): string => {
  const known: Readonly<Record<string, unknown>> = { ...facts, fault: code };
  return sayConditionFault(conditionFault, (name) => String(known[name] ?? ''));
};

/** What was refused, by its sentence. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RefusedPart) return sentenceOf(error)?.en ?? '';
    return (error as ConditionError).name === 'ConditionError'
      ? said(error as ConditionError)
      : `other: ${error}`;
  }
  return 'nothing was refused';
}

describe('a condition', () => {
  test.each([
    ['rows.all(r, r.lag < params.limit)', true],
    ['rows.exists(r, r.lag >= 9)', true],
    ['rows.exists(r, r.lag > 9.5)', false],
    ['rows.all(r, r.kind == params.name)', true],
    ['rows.all(r, r.symbol in params.symbols)', true],
    ['rows.exists(r, r.n in params.counts)', true],
    ['rows.all(r, r.ok == params.strict)', true],
    ['rows.size() == 2', true],
    ['rows.all(r, r.lag * 2 < 19 && r.lag / 2 > 1 && r.lag + 1 > 5 && r.lag - 1 < 9)', true],
    ['rows.all(r, 2 * r.lag < 19 && 18 / r.lag > 1)', true],
    ['rows.all(r, r.kind.endsWith("nx") && r.kind.startsWith("on"))', true],
  ])('%s is %s', (source, answer) => {
    const rows = [
      { lag: 9, kind: 'onnx', symbol: 'BTC', n: 1, ok: true },
      { lag: 5.5, kind: 'onnx', symbol: 'ETH', n: 3, ok: true },
    ];
    expect(holds(source, ...rows)).toBe(answer);
  });

  test('shows the values of its parameters', () => {
    expect(compiler.compile('rows.all(r, r.x < params.limit && r.y in params.symbols)').text).toBe(
      'rows.all(r, r.x < 10 && r.y in ["BTC","ETH"])',
    );
  });

  test.each([
    ['r.params.limit == 1 && r.x == params.limit', 'r.params.limit == 1 && r.x == 10'],
    [
      `r.x == "params.limit" || r.x == 'a\\'params.limit'`,
      `r.x == "params.limit" || r.x == 'a\\'params.limit'`,
    ],
    ['r.x == "\\"" + params.name', 'r.x == "\\"" + "onnx"'],
  ])('shows the value of a parameter where it is one: %s', (source, text) => {
    expect(compiler.compile(`rows.all(r, ${source})`).text).toBe(`rows.all(r, ${text})`);
  });

  test.each([
    ['rows.all(r, r.x == env.WEIGHT && r.y == env["MODE"])', ['MODE', 'WEIGHT']],
    ['cel.bind(e, env, e.ENABLED) || has(env.MODE)', ['ENABLED', 'MODE']],
    ['rows.exists(r, r.x == "env.WEIGHT" || r.y == \'env.NONE\' || r.env.MODE == 1.0) // env.MODE', []],
    ['rows.exists(env, env.MODE == "a")', []],
  ])('%s reads the variables %j', (source, names) => {
    expect(compiler.variablesOf(source)).toEqual(names);
  });

  test.each([
    ['has(params.nope)', 'the parameter `nope` does not exist'],
    ['!has(params.nope) || rows.size() > 0', 'the parameter `nope` does not exist'],
    ['rows.all(r, has(params.nope) ? r.x > 1 : r.x > 2)', 'the parameter `nope` does not exist'],
    ['cel.bind(p, params, has(p.nope))', 'the parameter `nope` does not exist'],
    ['[params].all(p, has(p.nope))', 'the parameter `nope` does not exist'],
    ['has(params.limit.nope)', 'the parameter `limit.nope` does not exist'],
    ['has(env.NOPE)', 'there is no variable `NOPE` under `variables`'],
  ])('%s is refused: it could never hold', (source, sentence) => {
    expect(refusal(() => compiler.compile(source))).toBe(sentence);
  });

  test('asks whether a parameter is there that is, and whether a row has a column', () => {
    expect(
      holds('has(params.limit) && has(env.MODE) == false && rows.all(r, has(r.x) && !has(r.y))', { x: 1 }),
    ).toBe(true);
  });

  test('reads the agreed environment, with its types', () => {
    const condition = compiler.compile(
      'rows.all(r, r.w == 1 - env.WEIGHT) && env.ENABLED && env.MODE == "a"',
    );
    expect(condition.holds([{ w: 0.75 }], { WEIGHT: 0.25, ENABLED: true, MODE: 'a' })).toBe(true);
    expect(condition.holds([{ w: 0.5 }], { WEIGHT: 0.25, ENABLED: true, MODE: 'a' })).toBe(false);
  });

  test('over one row', () => {
    const isWrong = compiler.compileRowPredicate('r.lag >= params.limit');
    expect([9, 10].map((lag) => isWrong({ lag }))).toEqual([false, true]);
  });
});

describe('what cannot be evaluated is an error, never an answer', () => {
  test.each([
    ['a missing column', 'rows.all(r, r.absent < 10)', {}],
    ['a value that is null', 'rows.all(r, r.lag < 10)', { lag: null }],
    ['a text where a number is wanted', 'rows.all(r, r.lag < 10)', { lag: '5' }],
    ['arithmetic with nothing', 'rows.all(r, r.lag * 2 > 0)', { lag: null }],
    ['a boolean of a number', 'rows.all(r, r.lag)', { lag: 1 }],
    ['no environment', 'env.WEIGHT > 0', {}],
  ])('%s', (_name, source, row) => {
    expect(refusal(() => holds(source, row))).toMatch(/^(?!other:|nothing).+/);
  });

  test('null in some rows hides neither behind `all` nor behind `exists`', () => {
    const rows = [{ lag: 5 }, { lag: null }];
    expect(refusal(() => holds('rows.all(r, r.lag < 10)', ...rows))).toMatch(/^(?!other:|nothing).+/);
    expect(refusal(() => holds('rows.exists(r, r.lag >= 10)', ...rows))).toMatch(/^(?!other:|nothing).+/);
    // A row that fails for certain is enough for `exists`, and one that does not hold for `all`.
    expect(holds('rows.exists(r, r.lag >= 10)', { lag: null }, { lag: 50 })).toBe(true);
    expect(holds('rows.all(r, r.lag < 10)', { lag: null }, { lag: 50 })).toBe(false);
  });

  test.each([
    'rows.all(r, r.value == 5)',
    'rows.all(r, r.value != 5)',
    'rows.all(r, r.value != params.limit)',
    'rows.exists(r, r.value != "x")',
    'rows.exists(r, params.name == r.value)',
    'rows.all(r, r.value != true)',
    'rows.all(r, r.value != params.symbols)',
  ])('null is no value, not another one: %s', (source) => {
    expect(refusal(() => holds(source, { value: null }))).toMatch(/^(?!other:|nothing).+/);
  });

  test.each([
    ['r.none == r.gone', 'two nulls'],
    ['r.none != r.gone', 'two nulls'],
    ['r.none == r.empty', 'null and an empty text'],
    ['!(r.none in params.symbols)', 'null in a list'],
    ['!(r.empty in params.symbols)', 'an empty text in a list'],
    ['!(r.nan in params.counts)', 'NaN in a list'],
    ['!("BTC" in [r.none])', 'a list that holds null'],
    ['r.empty != "bad"', 'an empty text'],
    ['r.empty != params.name', 'an empty text'],
    ['r.nan != 5.0', 'NaN'],
    ['!(r.nan > 5)', 'NaN'],
    ['!(r.nan <= 5)', 'NaN'],
    ['!(r.zero / r.zero > 1)', 'a division by zero'],
    ['r.five / r.zero > 1', 'a division by zero'],
    ['!near(r.nan, 1.0, 2.0)', 'NaN in a function'],
    ['r.five != "5"', 'a number and a text'],
    ['r.text != 5', 'a text and a number'],
    ['r.text != params.limit', 'a text and a number'],
    ['r.yes != 5', 'a boolean and a number'],
    ['!(r.five in ["5"])', 'a number among texts'],
    ['r.five != [5]', 'a number and a list'],
    ['r.nested == r.nested', 'null inside a record'],
    ['[r.none] == [r.gone]', 'null inside a list'],
    ['!r.empty.startsWith("a")', 'a function of an empty text'],
    ['r.empty.size() == 0', 'a function of an empty text'],
    ['dyn(r.none) == dyn(r.gone)', 'null behind a function'],
    ['cel.bind(x, r.none, x == r.gone)', 'null behind a name'],
    ['(r.yes ? r.none : r.gone) == r.gone', 'null behind a choice'],
  ])('what is unknown is never an answer: %s (%s)', (source) => {
    const row = {
      none: null,
      gone: null,
      empty: '',
      nan: Number.NaN,
      zero: 0,
      five: 5,
      text: '5',
      yes: true,
    };
    const rows = [{ ...row, nested: { inner: null } }];
    for (const condition of [`rows.all(r, ${source})`, `rows.exists(r, ${source})`]) {
      expect(refusal(() => compiler.compile(condition).holds(rows))).toMatch(/^(?!other:|nothing).+/);
    }
    expect(refusal(() => compiler.compileRowPredicate(source)(rows[0] ?? {}))).not.toMatch(
      /^other:|^nothing/,
    );
  });

  test.each([
    'r.none == null || r.none > 5',
    'r.empty == "" || r.empty.startsWith("a")',
    'r.text != "" && r.text != "bad"',
    'r.empty != "" || r.none == null',
    '(r.none == null ? 1.0 : r.none) == 1.0',
    'r.five in [5] && r.five == 5 && 5 == r.five && r.five != 5 + 1',
    'env.WEIGHT == 2 && env.WEIGHT != 3',
    'r.text in ["5"] && !(r.text in params.symbols)',
  ])('what a condition asks for itself is answered: %s', (source) => {
    const row = { none: null, empty: '', five: 5, text: '5' };
    expect(compiler.compile(`rows.all(r, ${source})`).holds([row], { WEIGHT: 2 })).toBe(true);
  });

  test('rows in which something is missing can be counted and left out', () => {
    const rows = [{ lag: 5 }, { lag: null }];
    expect(holds('rows.size() == 2 && rows.filter(r, r.lag != null).all(r, r.lag < 10)', ...rows)).toBe(true);
  });

  test('a test for null is a test for null', () => {
    expect(holds('rows.exists(r, r.value == null)', { value: null })).toBe(true);
    expect(holds('rows.all(r, r.value != null && r.value > 1)', { value: null })).toBe(false);
    expect(holds('rows.all(r, null != r.value && r.value > 1)', { value: 2 })).toBe(true);
  });
});

describe('what is refused when the runbook is loaded', () => {
  test.each([
    ['an unknown parameter', 'rows.all(r, r.x < params.absent)'],
    ['an unknown variable', 'env.ABSENT == 1'],
    ['an unknown name', 'foo == 1'],
    ['an answer that is no boolean', 'params.limit + 1.0'],
    ['a list as an answer', 'rows'],
    ['types that do not go together', 'params.name < params.limit'],
    ['no syntax at all', 'rows.all(r,'],
    ['an unknown function', 'rows.every(r, r.x > 1)'],
    ['nothing', ''],
  ])('%s', (_name, source) => {
    expect(refusal(() => compiler.compile(source))).toMatch(/^(?!other:|nothing)[^\n]+$/);
  });

  test('a row predicate knows no rows', () => {
    expect(refusal(() => compiler.compileRowPredicate('rows.size() > 0'))).toMatch(/rows/);
  });
});

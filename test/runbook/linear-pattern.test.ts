import { beforeAll, describe, expect, test } from '@jest/globals';
import { createConditionCompiler } from '../../src/runbook/conditions.js';
import { compilePattern, loadPatternEngine } from '../../src/runbook/linear-pattern.js';
import { sentenceOf } from '../support/in-words.js';

/** An engine that goes back and tries again needs two to the power of this many steps. */
const HOSTILE = `${'a'.repeat(4_000)}!`;

beforeAll(loadPatternEngine);

const compiler = createConditionCompiler({ pattern: '^(a+)+$', refused: '(?=a)', limit: 1 });
const holds = (source: string, row: Record<string, string | number | null>) =>
  compiler.compile(source).holds([row]);

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return sentenceOf(error)?.en ?? (error as Error).message;
  }
  return 'nothing was refused';
}

describe('a condition that matches other people’s bytes', () => {
  test.each([
    ['a literal', 'rows.all(r, r.x.matches("^(a+)+$"))'],
    ['a parameter', 'rows.all(r, r.x.matches(params.pattern))'],
    ['a column', 'rows.all(r, r.x.matches(r.pattern))'],
    ['behind a negation', '!rows.exists(r, !r.x.matches("^(a|aa)+$"))'],
  ])('ends, whatever they are: %s', (_name, source) => {
    const pattern = '^(a+)+$';
    expect(holds(source, { x: HOSTILE, pattern })).toBe(false);
    expect(holds(source, { x: 'aaaa', pattern })).toBe(true);
  });

  test('of texts that are known beforehand', () => {
    expect(holds(`"${HOSTILE}".matches("^(a+)+$")`, {})).toBe(false);
  });

  test.each([
    ['a number', 'rows.all(r, r.x.matches("5"))', { x: 5 }],
    ['nothing', 'rows.all(r, r.x.matches("5"))', { x: null }],
    ['a pattern from a column that is none', 'rows.all(r, r.x.matches(r.pattern))', { x: 'a', pattern: '(' }],
  ])('gives no answer about %s', (_name, source, row) => {
    expect(refusal(() => holds(source, row))).not.toBe('nothing was refused');
  });

  test.each([
    ['a look-ahead', 'rows.all(r, r.x.matches("^(?=a)"))', '`(?=`'],
    ['in a parameter', 'rows.all(r, r.x.matches(params.refused))', '`(?=`'],
    ['a back reference', String.raw`rows.all(r, r.x.matches(r"(a)\1"))`, String.raw`\1`],
    ['no pattern at all', 'rows.all(r, r.x.matches("("))', 'missing closing )'],
  ])('is refused before it runs: %s', (_name, source, part) => {
    expect(refusal(() => compiler.compile(source))).toContain(part);
  });
});

describe('a pattern of the runbook', () => {
  test('matches in linear time, and names its groups', () => {
    expect(compilePattern('(x+x+)+y').test('x'.repeat(100_000))).toBe(false);
    const progress = compilePattern(String.raw`[Ee]poch\s*\[?(?<step>\d+)\s*/\s*(?<of>\d+)`);
    expect(progress.exec('Epoch [3/12]')?.groups).toMatchObject({ step: '3', of: '12' });
    expect(compilePattern('error', { ignoresCase: true }).test('an ERROR')).toBe(true);
  });

  test.each(['(?=a)', '(?!a)', '(?<=a)b', '(?<!a)b', String.raw`(a)\1`, String.raw`(?<w>a)\k<w>`])(
    '%s needs an engine that goes back',
    (pattern) => {
      expect(refusal(() => compilePattern(pattern))).toContain('linear time');
    },
  );

  test('is no book', () => {
    expect(refusal(() => compilePattern('a'.repeat(1_001)))).toContain('1000 characters');
  });
});

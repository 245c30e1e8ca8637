import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHECK_MODES, OUTCOMES } from '../../src/domain/outcome.js';
import { type DecidingResult, evaluateVerdict, VERDICTS, verdictAt } from '../../src/domain/verdict.js';

const of = (...outcomes: DecidingResult['outcome'][]) =>
  evaluateVerdict(outcomes.map((outcome) => ({ mode: 'deciding', outcome })));

describe('the verdict of a run', () => {
  test('nothing measured is a HOLD', () => {
    expect(of()).toBe('HOLD');
    expect(evaluateVerdict([{ mode: 'shadow', outcome: 'PASS' }])).toBe('HOLD');
  });
  test.each(['INCONCLUSIVE', 'ERROR', 'SKIPPED'] as const)('%s among passes is a HOLD', (outcome) => {
    expect(of('PASS', outcome, 'WARN')).toBe('HOLD');
    expect(of(outcome)).toBe('HOLD');
  });
  test('a FAIL is a NO-GO whatever else there is', () => {
    expect(of('PASS', 'ERROR', 'FAIL', 'SKIPPED')).toBe('NO_GO');
  });
  test('passes are a GO, with a warning a GO WITH WARNINGS', () => {
    expect(of('PASS', 'PASS')).toBe('GO');
    expect(of('PASS', 'WARN')).toBe('GO_WITH_WARNINGS');
  });

  const result = fc.record({ mode: fc.constantFrom(...CHECK_MODES), outcome: fc.constantFrom(...OUTCOMES) });

  test('a GO needs a deciding check, and all of them to pass', () => {
    fc.assert(
      fc.property(fc.array(result), (results) => {
        const deciding = results.filter(({ mode }) => mode === 'deciding');
        const isGood =
          deciding.length > 0 && deciding.every(({ outcome }) => ['PASS', 'WARN'].includes(outcome));
        expect(['GO', 'GO_WITH_WARNINGS'].includes(evaluateVerdict(results))).toBe(isGood);
      }),
    );
  });

  test('shadow checks, order and repetition change nothing; a further FAIL never makes it better', () => {
    fc.assert(
      fc.property(fc.array(result, { minLength: 1 }), (results) => {
        const verdict = evaluateVerdict(results);
        expect(evaluateVerdict(results.filter(({ mode }) => mode === 'deciding'))).toBe(verdict);
        expect(evaluateVerdict([...results].reverse())).toBe(verdict);
        expect(evaluateVerdict([...results, ...results])).toBe(verdict);
        expect(evaluateVerdict([...results, { mode: 'deciding', outcome: 'FAIL' }])).toBe('NO_GO');
      }),
    );
  });
});

describe('a verdict as it stands later', () => {
  const until = new Date('2026-01-01T00:10:00Z');
  const at = (time: string) => new Date(`2026-01-01T${time}Z`);

  test.each(VERDICTS)('%s stands until it expires', (verdict) => {
    expect(verdictAt(verdict, until, at('00:09:59.999'))).toBe(verdict);
  });
  test('a GO that is dated later than now is a HOLD: a clock is wrong', () => {
    const begun = new Date('2026-01-01T00:00:00Z').getTime();
    expect(verdictAt('GO', until, new Date(begun))).toBe('GO');
    expect(verdictAt('GO', until, new Date(begun - 2_000))).toBe('GO');
    expect(verdictAt('GO', until, new Date(begun - 600_000))).toBe('HOLD');
    expect(verdictAt('NO_GO', until, new Date(begun - 600_000))).toBe('NO_GO');
  });
  test('an expired GO is a HOLD, from the very moment', () => {
    expect(verdictAt('GO', until, at('00:10:00'))).toBe('HOLD');
    expect(verdictAt('GO_WITH_WARNINGS', until, at('01:00:00'))).toBe('HOLD');
  });
  test('a NO-GO does not get better by waiting', () => {
    expect(verdictAt('NO_GO', until, at('23:00:00'))).toBe('NO_GO');
  });
  test('an expiry that cannot be read allows nothing', () => {
    expect(verdictAt('GO', new Date('soon'), at('00:00:00'))).toBe('HOLD');
  });
});

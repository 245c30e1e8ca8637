import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CHECK_MODES, OUTCOMES } from '../../src/domain/outcome.js';
import {
  DEFAULT_VERDICT_TTL_MS,
  type DecidingResult,
  evaluateVerdict,
  VERDICTS,
  verdictAt,
} from '../../src/domain/verdict.js';

const outcome = fc.constantFrom(...OUTCOMES);
const result: fc.Arbitrary<DecidingResult> = fc.record({ mode: fc.constantFrom(...CHECK_MODES), outcome });
const results = fc.array(result, { maxLength: 12 });
const deciding = (...outcomes: DecidingResult['outcome'][]): DecidingResult[] =>
  outcomes.map((one) => ({ mode: 'deciding', outcome: one }));

/** From good to bad: a run that is worse never has a better verdict. */
const SEVERITY = new Map(VERDICTS.map((verdict, index) => [verdict, index]));
const severity = (of: readonly DecidingResult[]) => SEVERITY.get(evaluateVerdict(of)) ?? Number.NaN;

describe('the verdict over random outcomes', () => {
  test('nothing offsets a FAIL', () => {
    fc.assert(
      fc.property(results, fc.nat(), (others, place) => {
        const mixed = others.toSpliced(place % (others.length + 1), 0, ...deciding('FAIL'));
        return evaluateVerdict(mixed) === 'NO_GO';
      }),
    );
  });

  test('without a FAIL anything unknown, skipped or failed to be looked at is HOLD', () => {
    const unknown = fc.constantFrom('INCONCLUSIVE', 'ERROR', 'SKIPPED');
    const harmless = fc.array(result.filter((one) => one.mode === 'shadow' || one.outcome !== 'FAIL'));
    fc.assert(
      fc.property(harmless, unknown, (others, one) => {
        return evaluateVerdict([...others, ...deciding(one)]) === 'HOLD';
      }),
    );
  });

  test('GO needs at least one deciding check, and every one of them to pass', () => {
    fc.assert(
      fc.property(results, (some) => {
        const outcomes = some.filter(({ mode }) => mode === 'deciding').map((one) => one.outcome);
        const allPass = outcomes.length > 0 && outcomes.every((one) => one === 'PASS');
        return (evaluateVerdict(some) === 'GO') === allPass;
      }),
    );
  });

  test('a shadow check never changes it', () => {
    fc.assert(
      fc.property(results, outcome, (some, extra) => {
        return evaluateVerdict([...some, { mode: 'shadow', outcome: extra }]) === evaluateVerdict(some);
      }),
    );
  });

  test('the order of the checks never changes it', () => {
    fc.assert(
      fc.property(
        results.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
        ),
        ([some, shuffled]) => evaluateVerdict(some) === evaluateVerdict(shuffled),
      ),
    );
  });

  test('a further deciding check never makes a run that measured something better', () => {
    const measured = results.filter((some) => some.some(({ mode }) => mode === 'deciding'));
    fc.assert(
      fc.property(
        measured,
        outcome,
        (some, extra) => severity([...some, ...deciding(extra)]) >= severity(some),
      ),
    );
  });
});

describe('the verdict of small runs', () => {
  test.each([
    ['no check at all', [], 'HOLD'],
    ['shadow checks alone', [{ mode: 'shadow', outcome: 'PASS' } as const], 'HOLD'],
    ['everything skipped', deciding('SKIPPED', 'SKIPPED'), 'HOLD'],
    ['one pass', deciding('PASS'), 'GO'],
    ['a warning among passes', deciding('PASS', 'WARN'), 'GO_WITH_WARNINGS'],
    ['a warning and a gap', deciding('WARN', 'INCONCLUSIVE'), 'HOLD'],
    ['a gap and a failure', deciding('ERROR', 'FAIL', 'PASS'), 'NO_GO'],
  ])('%s', (_name, some, expected) => {
    expect(evaluateVerdict(some)).toBe(expected);
  });
});

describe('a verdict that grows old', () => {
  const asOf = new Date('2026-03-01T12:00:00.000Z');
  const later = (ms: number) => new Date(asOf.getTime() + ms);
  const validUntil = later(DEFAULT_VERDICT_TTL_MS);

  test('holds until it expires and is HOLD from then on', () => {
    expect(verdictAt('GO', validUntil, later(DEFAULT_VERDICT_TTL_MS - 1))).toBe('GO');
    expect(verdictAt('GO', validUntil, validUntil)).toBe('HOLD');
    expect(verdictAt('GO_WITH_WARNINGS', validUntil, validUntil)).toBe('HOLD');
  });

  test('a NO-GO stays one, and an expiry that cannot be read allows nothing', () => {
    expect(verdictAt('NO_GO', validUntil, later(DEFAULT_VERDICT_TTL_MS * 100))).toBe('NO_GO');
    expect(verdictAt('GO', new Date(Number.NaN), asOf)).toBe('HOLD');
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cohenH, isNear, poissonRateP, twoProportionP } from '../../src/runbook/statistics.js';

describe('twoProportionP', () => {
  // Worked by hand: 12/40 against 2/100 has z = (0.3 - 0.02) / sqrt(0.1 * 0.9 * (1/40 + 1/100)) = 4.98888.
  test('agrees with figures worked by hand', () => {
    expect(twoProportionP(12, 40, 2, 100)).toBeLessThan(1e-5);
    // z = 1.414: 45/100 against 55/100 is not significant.
    expect(twoProportionP(45, 100, 55, 100)).toBeCloseTo(0.1573, 4);
    expect(twoProportionP(5, 20, 1, 20)).toBeCloseTo(0.0765, 3);
  });

  test('equal shares differ by chance alone, also where every or no sample hits', () => {
    expect(twoProportionP(10, 20, 50, 100)).toBeCloseTo(1, 6);
    expect(twoProportionP(0, 20, 0, 30)).toBe(1);
    expect(twoProportionP(4, 5, 8, 10)).toBeLessThanOrEqual(1);
    expect(twoProportionP(20, 20, 30, 30)).toBe(1);
  });

  test('is a probability, the same from both sides', () => {
    const side = fc
      .integer({ min: 1, max: 5000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(side, side, ([x1, n1], [x2, n2]) => {
        const p = twoProportionP(x1, n1, x2, n2);
        return p >= 0 && p <= 1 && Math.abs(p - twoProportionP(x2, n2, x1, n1)) < 1e-12;
      }),
    );
  });

  test.each([
    [1, 0, 1, 10],
    [11, 10, 1, 10],
    [-1, 10, 1, 10],
    [1, 10, Number.NaN, 10],
  ])('refuses %d of %d against %d of %d', (x1, n1, x2, n2) => {
    expect(() => twoProportionP(x1, n1, x2, n2)).toThrow(RangeError);
  });
});

describe('cohenH', () => {
  test('agrees with Cohen’s table: 0.40 against 0.20 is 0.442', () => {
    expect(cohenH(0.4, 0.2)).toBeCloseTo(0.442, 3);
    expect(cohenH(0.2, 0.4)).toBeCloseTo(-0.442, 3);
    expect(cohenH(1, 0)).toBeCloseTo(Math.PI, 12);
  });

  test('refuses what is no share', () => {
    expect(() => cohenH(1.1, 0.5)).toThrow(RangeError);
  });
});

describe('poissonRateP', () => {
  test('tells a rate that has changed from one that has not, also over unequal times', () => {
    expect(poissonRateP(30, 30, 30, 30)).toBeCloseTo(1, 6);
    expect(poissonRateP(60, 30, 30, 15)).toBeGreaterThan(0.9);
    expect(poissonRateP(30, 30, 1, 30)).toBeLessThan(1e-6);
    expect(poissonRateP(1, 30, 2, 30)).toBeGreaterThan(0.3);
  });

  test('refuses a time that is not positive', () => {
    expect(() => poissonRateP(1, 0, 1, 30)).toThrow(RangeError);
  });
});

test('isNear counts the bound itself as near, in spite of binary fractions', () => {
  expect(isNear(0.905, 0.9, 0.005)).toBe(true);
  expect(isNear(0.895, 1 - 0.1, 0.005)).toBe(true);
  expect(isNear(0.9051, 0.9, 0.005)).toBe(false);
});

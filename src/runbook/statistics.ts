import { errorFunction } from 'simple-statistics';

/** Room for the rounding of binary fractions: 0.905 is within 0.005 of 0.9. */
const ROUNDING = 1e-9;

export const isNear = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance + ROUNDING;

/**
 * Two-sided p-value that two shares are the same (z-test on two proportions with the pooled share; Fleiss, Levin and
 * Paik, Statistical Methods for Rates and Proportions, ch. 3). Good from some 20 samples on each side.
 * @param x1 of `n1` samples, against `x2` of `n2`.
 * @throws RangeError when a side has no sample or more hits than samples.
 */
export function twoProportionP(x1: number, n1: number, x2: number, n2: number): number {
  for (const [x, n] of [
    [x1, n1],
    [x2, n2],
  ] as const) {
    if (!(n > 0 && x >= 0 && x <= n))
      throw new RangeError(`a share of ${x} in ${n} samples cannot be tested`);
  }
  const pooled = (x1 + x2) / (n1 + n2);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  return deviation === 0 ? 1 : twoSided((x1 / n1 - x2 / n2) / deviation);
}

/**
 * How far two shares lie apart, from -π to π; positive when the first is larger. 0.2 is small, 0.5 medium, 0.8 large
 * (Cohen, Statistical Power Analysis for the Behavioral Sciences, ch. 6).
 * @throws RangeError for what is no share.
 */
export function cohenH(p1: number, p2: number): number {
  if (!(p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1))
    throw new RangeError(`${p1} or ${p2} is no share of 0 to 1`);
  return 2 * Math.asin(Math.sqrt(p1)) - 2 * Math.asin(Math.sqrt(p2));
}

/**
 * Two-sided p-value that two counts come at the same rate, by the square-root transform (Gu, Ng, Tang and Schucany,
 * Testing the ratio of two Poisson rates, Biometrical Journal 50, 2008).
 * @param k1 events in the time `t1`, against `k2` in `t2`, both times in one unit.
 * @throws RangeError for a negative count or a time that is not positive.
 */
export function poissonRateP(k1: number, t1: number, k2: number, t2: number): number {
  if (!(k1 >= 0 && k2 >= 0 && t1 > 0 && t2 > 0)) {
    throw new RangeError(`${k1} in ${t1} against ${k2} in ${t2} cannot be tested`);
  }
  const ratio = t1 / t2;
  return twoSided((2 * (Math.sqrt(k1 + 3 / 8) - Math.sqrt(ratio * (k2 + 3 / 8)))) / Math.sqrt(1 + ratio));
}

/** The normal distribution's weight beyond ±z, to seven decimals: the approximation may leave 0 to 1 by as much. */
const twoSided = (z: number): number => Math.min(1, Math.max(0, 1 - errorFunction(Math.abs(z) / Math.SQRT2)));

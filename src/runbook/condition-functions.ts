import type { Environment } from '@marcbachmann/cel-js';
import { cohenH, isNear, poissonRateP, twoProportionP } from './statistics.js';

/** The functions that conditions may call besides CEL's own; `docs/runbook-format.md` explains each. */
const FUNCTIONS: readonly (readonly [
  signature: string,
  apply: (...numbers: number[]) => number | boolean,
])[] = [
  ['near(double, double, double): bool', (a = 0, b = 0, tolerance = 0) => isNear(a, b, tolerance)],
  [
    'twoProportionP(double, double, double, double): double',
    (x1 = 0, n1 = 0, x2 = 0, n2 = 0) => twoProportionP(x1, n1, x2, n2),
  ],
  ['cohenH(double, double): double', (p1 = 0, p2 = 0) => cohenH(p1, p2)],
  [
    'poissonRateP(double, double, double, double): double',
    (k1 = 0, t1 = 0, k2 = 0, t2 = 0) => poissonRateP(k1, t1, k2, t2),
  ],
];

export function registerStatistics(environment: Environment): void {
  for (const [signature, apply] of FUNCTIONS) environment.registerFunction(signature, apply);
}

import type { CheckResult } from './check-run.js';

/** What keeps a training from starting: every deciding check that did not pass. A warning does not. */
export const stoppingChecks = (results: readonly CheckResult[]): readonly CheckResult[] =>
  results.filter(({ mode, outcome }) => mode === 'deciding' && outcome !== 'PASS' && outcome !== 'WARN');

import { randomUUID } from 'node:crypto';
import type { CheckRun } from '../../../../src/domain/check-run.js';
import type { RunKind } from '../../../../src/domain/outcome.js';
import type { Verdict } from '../../../../src/domain/verdict.js';

/** A finished run with this verdict. What the checks themselves find is tested with the checks. */
export function checkRun(kind: RunKind, verdict: Verdict, target: string): CheckRun {
  const at = new Date();
  return {
    runId: randomUUID(),
    strategy: 'crypto_lob_ml',
    target,
    kind,
    verdict,
    requestedBy: { id: 'lobml', name: 'lobml', surface: 'terminal' },
    startedAt: at.toISOString(),
    asOf: at.toISOString(),
    validUntil: new Date(at.getTime() + 600_000).toISOString(),
    durationMs: 1,
    runbookSha256: 'r'.repeat(64),
    checks: [],
  };
}

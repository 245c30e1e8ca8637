import { randomUUID } from 'node:crypto';
import type { CheckResult, CheckRun } from '../../src/domain/check-run.js';

/** A result that passed, for tests that need some result of a known shape. */
export function aCheck(id: string, changes: Partial<CheckResult> = {}): CheckResult {
  return {
    id,
    section: '4.2',
    title: { en: id, 'zh-CN': `检查 ${id}` },
    mode: 'deciding',
    outcome: 'PASS',
    reason: { code: 'conditions_hold' },
    says: [{ en: `${id} is fine`, 'zh-CN': `${id} 正常` }],
    observed: [{ n: 1 }],
    expected: 'pass: n > 0',
    evidence: { probe: 'sql' },
    observedAt: '2026-03-01T12:00:00.000Z',
    durationMs: 5,
    ...changes,
  };
}

export function aRun(changes: Partial<CheckRun> = {}): CheckRun {
  return {
    runId: randomUUID(),
    strategy: 'crypto_lob_ml',
    target: 'live',
    kind: 'precheck',
    verdict: 'GO',
    requestedBy: { id: 'U0ALICE', name: 'alice', surface: 'slack' },
    startedAt: '2026-03-01T11:59:59.000Z',
    asOf: '2026-03-01T12:00:00.000Z',
    validUntil: '2026-03-01T12:10:00.000Z',
    durationMs: 1000,
    runbookSha256: 'ab12',
    checks: [aCheck('exec.model_type')],
    ...changes,
  };
}

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

/** A run that finds nothing wrong, and of one check too little to judge. */
export function runWithoutData(target: string): CheckRun {
  const run = checkRun('verify', 'HOLD', target);
  const title = { en: 'Activity', 'zh-CN': '活动' };
  const of = (id: string, outcome: 'PASS' | 'INCONCLUSIVE', says: CheckRun['checks'][number]['says']) => ({
    id,
    section: '4.1',
    title,
    mode: 'deciding' as const,
    outcome,
    reason: { code: 'neither_holds' as const },
    says,
    observed: [{ entry_active: 0 }],
    expected: 'entry_active > 0',
    evidence: { probe: 'sql' },
    observedAt: run.asOf,
    durationMs: 1,
  });
  const needed = {
    en: '0 entries in 30 min; at least 1 is needed.',
    'zh-CN': '30 分钟内入场 0，至少需要 1 笔。',
  };
  return {
    ...run,
    checks: [of('risk.decisions', 'PASS', []), of('exec.activity', 'INCONCLUSIVE', [needed])],
  };
}

import { z } from 'zod';
import { type CheckRun, checkResultSchema } from './check-run.js';
import type { ValueOf } from './value-of.js';
import { evaluateVerdict } from './verdict.js';

/** A deciding check that had no data, or too little of it, to say anything: enough of it to say so in a sentence. */
const lackingCheckSchema = checkResultSchema.pick({
  id: true,
  section: true,
  title: true,
  outcome: true,
  reason: true,
  besides: true,
  says: true,
});
export type LackingCheck = ValueOf<typeof lackingCheckSchema>;

/**
 * The deciding checks of a run that lack data, where that is all that keeps its verdict away from a GO. None where
 * anything is worse: what failed, could not be looked at, or was skipped does not lack data.
 */
export function lackingData({ checks }: Pick<CheckRun, 'checks'>): readonly LackingCheck[] {
  const isLacking = ({ mode, outcome }: CheckRun['checks'][number]) =>
    mode === 'deciding' && outcome === 'INCONCLUSIVE';
  const others = checks.filter((check) => !isLacking(check));
  const isAll = others.every(({ mode }) => mode === 'shadow') || evaluateVerdict(others).startsWith('GO');
  return isAll ? checks.filter(isLacking).map((check) => lackingCheckSchema.parse(check)) : [];
}

/** What a checkpoint has noted of them. */
export function readLacking(noted: unknown): readonly LackingCheck[] {
  return z.array(lackingCheckSchema).safeParse(noted).data ?? [];
}

import type { Queryable } from '../../../store/queryable.js';
import { takeReleaseLock } from '../../store/releases.js';
import { plainStep, type Step } from './step.js';

/** Keeps other releases away; refused while a person keeps all of them away, unless the glass was broken. */
export function createLockStep(database: Queryable): Step {
  return plainStep(async ({ release, clock }) => {
    const taken = await takeReleaseLock(database, release, new Date(clock.now()));
    if (taken.kind === 'taken') return { kind: 'done', after: {} };
    return { kind: 'failed', problem: { code: taken.kind, facts: taken.facts } };
  });
}

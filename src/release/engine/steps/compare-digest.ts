import { earlierWhole } from '../earlier-run.js';
import { contentProblem } from '../problems.js';
import { lookAgain, nothingSeen, type Step } from '../step.js';

/** Just before anything is touched: what people approved is what stands, part by part. */
export const compareDigestStep: Step = {
  observe: nothingSeen,
  async apply(context) {
    const { release, checks } = context;
    const run = await checks.run(earlierWhole(release, 'precheck'));
    if (run === undefined) {
      const facts = { detail: 'the pre-deploy run was not stored' };
      return { kind: 'failed', problem: { code: 'unexpected', facts } };
    }
    const changes = await checks.differences(release, run);
    if (changes.length === 0) return { kind: 'done', after: {} };
    return { kind: 'failed', problem: contentProblem(changes) };
  },
  reconcile: lookAgain,
};

import type { Runbook } from '../../runbook/runbook.js';
import type { CheckService } from '../check-service.js';
import { trackProgress } from '../checks-ahead.js';
import { type StoreRun, storeRun } from '../store-run.js';
import type { ChecksChild } from './checks-child.js';

interface RunApartServiceOptions extends StoreRun {
  readonly runbook: Runbook;
  readonly child: Pick<ChecksChild, 'run' | 'examine'>;
  /** Waited for before a run is asked for, and before its result is taken up: a halt goes first. */
  readonly yieldToHalt: () => Promise<void>;
}

/**
 * The same service, with its checks in a process of their own, also those of what a release plans or a training made:
 * other people's bytes hold no click. What that process ended twice under is looked at no more: each check is an ERROR,
 * and the bot itself lives on.
 */
export function runApart(service: CheckService, options: RunApartServiceOptions): CheckService {
  const { runbook, child, yieldToHalt } = options;
  return {
    ...service,
    async run(request) {
      const { onProgress, signal, ...sent } = request;
      await yieldToHalt();
      const onResult = trackProgress(runbook, request);
      const answer = await child.run(sent, { onResult, signal });
      await yieldToHalt();
      switch (answer.kind) {
        case 'done':
          return { run: answer.answer, stored: await storeRun(answer.answer, options, request.keptIf) };
        case 'unavailable':
          return service.run(request);
        case 'given_up':
          return service.run({ ...request, signal: AbortSignal.abort() });
      }
    },

    async examine(request) {
      const { checks, signal, ...sent } = request;
      await yieldToHalt();
      const answer = await child.examine({ ...sent, checks: checks.map(({ id }) => id) }, { signal });
      switch (answer.kind) {
        case 'done':
          return answer.answer;
        case 'unavailable':
          return service.examine(request);
        case 'given_up':
          return service.examine({ ...request, signal: AbortSignal.abort() });
      }
    },
  };
}

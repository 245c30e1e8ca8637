import type { Runbook } from '../../runbook/runbook.js';
import type { CheckService } from '../check-service.js';
import { trackProgress } from '../checks-ahead.js';
import { type StoreRun, storeRun } from '../store-run.js';
import type { ChecksChild } from './checks-child.js';

interface RunApartServiceOptions extends StoreRun {
  readonly runbook: Runbook;
  readonly child: Pick<ChecksChild, 'run'>;
  /** Waited for before a run is asked for, and before its result is taken up: a halt goes first. */
  readonly yieldToHalt: () => Promise<void>;
}

/**
 * The same service, with its runs in a process of their own. What a release plans stays here: it holds the text of
 * environment files. A run under which that process ended twice looks at nothing any more: each check is an ERROR, and
 * the bot itself lives on.
 */
export function runApart(service: CheckService, options: RunApartServiceOptions): CheckService {
  const { runbook, child, yieldToHalt } = options;
  return {
    ...service,
    async run(request) {
      const { planned, onProgress, signal, ...sent } = request;
      if (planned !== undefined) return service.run(request);
      await yieldToHalt();
      const onResult = trackProgress(runbook, request);
      const answer = await child.run(sent, { onResult, signal });
      await yieldToHalt();
      switch (answer.kind) {
        case 'ran':
          return { run: answer.run, stored: await storeRun(answer.run, options, request.keptIf) };
        case 'unavailable':
          return service.run(request);
        case 'given_up':
          return service.run({ ...request, signal: AbortSignal.abort() });
      }
    },
  };
}

import { reusableResults } from '../src/checks/reusable-results.js';
import type { Conversation, Subcommand } from '../src/conversation/subcommand.js';
import type { CheckResult } from '../src/domain/check-run.js';
import { DEFAULT_VERDICT_TTL_MS } from '../src/domain/verdict.js';
import type { Target } from '../src/runbook/targets.js';
import { ACKNOWLEDGE_ACTION } from '../views/warnings.js';
import { acknowledgeWarning } from './acknowledge-warning.js';
import type { DecisionServices } from './decision-services.js';
import { runAndReport } from './run-and-report.js';
import { runFromHome } from './run-from-home.js';
import { parseTarget } from './target-argument.js';

const usage = '[target]';

/** More runs than ten minutes see; only the newest result of each check counts. */
const RUNS_LOOKED_AT = 20;

/** Section 5: each criterion with its evidence, and the verdict. Rests on what is fresh, and runs the rest. */
export const gonogo: Subcommand<DecisionServices> = {
  name: 'gonogo',
  section: '5',
  audience: 'all',
  usage,
  run: (words, conversation, services) =>
    decide(parseTarget(words, services.targets, usage), conversation, services),
  actions: {
    // Whoever asks again has a reason to: everything is looked at anew.
    'gonogo:run_again': async (click, services) => {
      await runAndReport('gonogo', parseTarget([click.value], services.targets, usage), click, services);
    },
    'status:gonogo': async (click, services) => {
      await decide(parseTarget([click.value], services.targets, usage), click, services);
    },
    'home:gonogo': (click, services) =>
      runFromHome(click, services, (target, conversation) => decide(target, conversation, services)),
    [ACKNOWLEDGE_ACTION]: acknowledgeWarning,
  },
};

const decide = (target: Target, conversation: Conversation, services: DecisionServices) =>
  runAndReport('gonogo', target, conversation, services, () => findReusable(target, services));

/** Nothing where the bot's database or a host does not answer: then everything is run. */
async function findReusable(
  target: Target,
  services: DecisionServices,
): Promise<ReadonlyMap<string, CheckResult>> {
  const { runbook, runs, status, logger, now } = services;
  const at = now();
  try {
    const [recent, unchangedSince] = await Promise.all([
      runs.recent({
        strategy: runbook.strategy,
        target: target.name,
        runbookSha256: runbook.sha256,
        since: new Date(at.getTime() - 2 * DEFAULT_VERDICT_TTL_MS),
        limit: RUNS_LOOKED_AT,
      }),
      status.runningSince(target),
    ]);
    return reusableResults(recent, {
      now: at,
      runbookSha256: runbook.sha256,
      unchangedSince,
      isReusable: reusableChecksOf(runbook),
    });
  } catch (error) {
    logger.warn({ err: error }, 'no earlier result could be read: every check runs');
    return new Map();
  }
}

/** Checks of the trading database that nothing in the hosts' files takes part in. */
function reusableChecksOf({ sections }: DecisionServices['runbook']): (checkId: string) => boolean {
  const ids = sections
    .flatMap(({ checks }) => checks)
    .filter(({ probe, environment }) => probe.needs === 'trading_database' && environment.length === 0)
    .map(({ id }) => id);
  return (checkId) => ids.includes(checkId);
}

import type { Conversation, Subcommand } from '../src/conversation/subcommand.js';
import type { Target } from '../src/runbook/targets.js';
import { ACKNOWLEDGE_ACTION } from '../views/warnings.js';
import { acknowledgeWarning } from './acknowledge-warning.js';
import type { DecisionServices } from './decision-services.js';
import { runAndReport } from './run-and-report.js';
import { runFromHome } from './run-from-home.js';
import { parseTarget } from './target-argument.js';

const usage = '[target]';

const decide = (target: Target, conversation: Conversation, services: DecisionServices) =>
  runAndReport('gonogo', target, conversation, services);

/** Section 5: each criterion with its evidence, and the verdict. Every check is observed now, whatever was seen before. */
export const gonogo: Subcommand<DecisionServices> = {
  name: 'gonogo',
  section: '5',
  audience: 'all',
  usage,
  run: (words, conversation, services) =>
    decide(parseTarget(words, services.targets, usage), conversation, services),
  actions: {
    'gonogo:run_again': async (click, services) => {
      await decide(parseTarget([click.value], services.targets, usage), click, services);
    },
    'status:gonogo': async (click, services) => {
      await decide(parseTarget([click.value], services.targets, usage), click, services);
    },
    'home:gonogo': (click, services) =>
      runFromHome(click, services, (target, conversation) => decide(target, conversation, services)),
    [ACKNOWLEDGE_ACTION]: acknowledgeWarning,
  },
};

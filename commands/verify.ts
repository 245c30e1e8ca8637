import type { Subcommand } from '../src/conversation/subcommand.js';
import type { ReportServices } from './decision-services.js';
import { runAndReport } from './run-and-report.js';
import { runFromHome } from './run-from-home.js';
import { parseTarget } from './target-argument.js';

const usage = '[target]';

/** Sections 4.1 to 4.4: whether the present process trades as it should, beside an earlier window. */
export const verify: Subcommand<ReportServices> = {
  name: 'verify',
  section: '4.1–4.4',
  audience: 'all',
  usage,
  run: (words, conversation, services) =>
    runAndReport('verify', parseTarget(words, services.targets, usage), conversation, services),
  actions: {
    'verify:run_again': async (click, services) => {
      await runAndReport('verify', parseTarget([click.value], services.targets, usage), click, services);
    },
    'status:verify': async (click, services) => {
      await runAndReport('verify', parseTarget([click.value], services.targets, usage), click, services);
    },
    'home:verify': (click, services) =>
      runFromHome(click, services, (target, conversation) =>
        runAndReport('verify', target, conversation, services),
      ),
  },
};

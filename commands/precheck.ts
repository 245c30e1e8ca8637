import type { Services } from '../src/app/services.js';
import type { Subcommand } from '../src/conversation/subcommand.js';
import { CHARTS_ACTION } from '../views/charts.js';
import { ON_DEMAND_ACTION } from '../views/details-modal.js';
import { openDetails, replyWithCharts, showOnDemand } from './details.js';
import { runAndReport } from './run-and-report.js';
import { runFromHome } from './run-from-home.js';
import { parseTarget } from './target-argument.js';

const usage = '[target]';

/** Sections 2.1 and 2.2: what stands on the hosts and in the database, before a deploy. */
export const precheck: Subcommand<Services> = {
  name: 'precheck',
  section: '2.1, 2.2',
  audience: 'all',
  usage,
  run: (words, conversation, services) =>
    runAndReport('precheck', parseTarget(words, services.targets, usage), conversation, services),
  actions: {
    'precheck:run_again': async (click, services) => {
      await runAndReport('precheck', parseTarget([click.value], services.targets, usage), click, services);
    },
    'status:precheck': async (click, services) => {
      await runAndReport('precheck', parseTarget([click.value], services.targets, usage), click, services);
    },
    'home:precheck': (click, services) =>
      runFromHome(click, services, (target, conversation) =>
        runAndReport('precheck', target, conversation, services),
      ),
    'run:details': openDetails,
    [CHARTS_ACTION]: replyWithCharts,
    [ON_DEMAND_ACTION]: showOnDemand,
  },
};

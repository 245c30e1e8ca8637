import type { Services } from '../src/app/services.js';
import { EXIT, type Subcommand } from '../src/conversation/subcommand.js';
import { statusView } from '../views/status.js';
import { parseTarget } from './target-argument.js';

const usage = '[target]';

/** What stands on the hosts of a target, what was last found out about it, and what is going on. */
export const status: Subcommand<Pick<Services, 'targets' | 'status'>> = {
  name: 'status',
  audience: 'all',
  usage,
  async run(words, conversation, services) {
    const target = parseTarget(words, services.targets, usage);
    const state = await services.status.gather(target);
    const report = statusView(state, conversation.locale);
    const message = await conversation.post(report);
    await message.finish(report);
    const isKnown = state.runs.kind === 'read' && state.hosts.every(({ kind }) => kind === 'read');
    return { exitCode: isKnown ? EXIT.ok : EXIT.unavailable, json: state };
  },
};

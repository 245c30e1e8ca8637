import { join } from 'node:path';
import { startProgram } from '../../sandbox/host/child-program.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { createLocalSlack } from '../../sandbox/slack/local-slack.js';
import { findPackageRoot } from '../../src/machine/package-root.js';
import type { Figure } from './figure.js';
import { freePort, type HttpBot, startHttpBot } from './http-bot.js';
import { type RequestTarget, sendCommands } from './signed-requests.js';
import { quantile } from './statistics.js';

const AT_ONCE = 50;
const ROUNDS = 6;
const WORDS = Array.from({ length: AT_ONCE }, () => 'precheck dryrun');

/**
 * How long Slack waits for the acknowledgement of 50 prechecks sent at once, p99, against a Bolt app that does
 * nothing but acknowledge. Each is a process of its own and gets the same signed requests; they take turns.
 */
export const acknowledgement: Figure = {
  id: 'ack',
  async measure({ folder, say }) {
    say('starting a sandbox and a bot in HTTP mode');
    const sandbox = await startSandbox({ folder, port: 0 });
    // Without the limit of one message a second and channel: the reports of a round must not wait for each other.
    const slack = createLocalSlack({ rateLimits: false });
    await slack.start();
    const bot = await startHttpBot(sandbox.botEnvironment, slack, join(folder, 'bench-bot.log'));
    const reference = { port: await freePort(), signingSecret: slack.signingSecret };
    const program = join(findPackageRoot(import.meta.url), 'dist/test/bench/ack-only-app.js');
    const ackOnly = startProgram(program, [String(reference.port), reference.signingSecret], {});
    try {
      await Promise.all([bot.untilIdle(), ackOnly.ready()]);
      await round(bot, reference);
      const taken = { ours: [] as number[], reference: [] as number[] };
      for (let turn = 0; turn < ROUNDS; turn += 1) {
        const { ours, theirs } = await round(bot, reference);
        taken.ours.push(...ours);
        taken.reference.push(...theirs);
      }
      const bound = { kind: 'within', times: 1.5, plus: 0 } as const;
      const p99 = { ours: quantile(taken.ours, 0.99), reference: quantile(taken.reference, 0.99) };
      return [{ name: `ack p99 of ${AT_ONCE}`, ...p99, unit: 'ms', bound }];
    } finally {
      await Promise.all([bot.end(), ackOnly.end()]);
      await slack.stop();
      await sandbox.close();
    }
  },
};

async function round(bot: HttpBot, reference: RequestTarget) {
  const theirs = await sendCommands(reference, WORDS);
  const ours = await sendCommands(bot, WORDS);
  await bot.untilIdle();
  return { ours, theirs };
}

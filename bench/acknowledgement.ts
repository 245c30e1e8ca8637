import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProgram } from '../sandbox/host/child-program.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { createLocalSlack } from '../sandbox/slack/local-slack.js';
import { startBot } from '../sandbox/start-bot.js';
import { packageFile } from '../sandbox/trading-data/package-file.js';
import type { Figure } from './figure.js';
import { type CommandTarget, sendCommands } from './signed-commands.js';
import { quantile } from './statistics.js';

const AT_ONCE = 50;
const ROUNDS = 6;
const WORDS = Array.from({ length: AT_ONCE }, () => 'precheck dryrun');
const DRAIN_TIMEOUT_MS = 120_000;

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
    const { signingSecret } = slack;
    const [bot, reference] = [await freePort(), await freePort()].map((port) => ({ port, signingSecret }));
    if (bot === undefined || reference === undefined) throw new Error('no free port');
    const { SLACK_APP_TOKEN: _socketMode, ...environment } = sandbox.botEnvironment;
    const process = startBot(
      {
        ...environment,
        SLACK_BOT_TOKEN: slack.botToken,
        SLACK_SIGNING_SECRET: signingSecret,
        SLACK_API_URL: slack.apiUrl,
        PORT: String(bot.port),
      },
      join(folder, 'bench-bot.log'),
    );
    const program = packageFile('dist/bench/ack-only-app.js');
    const ackOnly = startProgram(program, [String(reference.port), signingSecret], {});
    try {
      await Promise.all([untilIdle(bot), ackOnly.ready()]);
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
      await Promise.all([process.end(), ackOnly.end()]);
      await slack.stop();
      await sandbox.close();
    }
  },
};

async function round(bot: CommandTarget, reference: CommandTarget) {
  const theirs = await sendCommands(reference, WORDS);
  const ours = await sendCommands(bot, WORDS);
  await untilIdle(bot);
  return { ours, theirs };
}

/** Waits until the bot answers and works on nothing. */
async function untilIdle({ port }: CommandTarget): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    if (/^lobml_slack_work_in_flight 0$/m.test(metrics)) return;
    await sleep(100);
  }
  throw new Error('the bot did not come to rest');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

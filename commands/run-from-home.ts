import type { Services } from '../src/app/services.js';
import type { Click, Conversation } from '../src/conversation/subcommand.js';
import type { Target } from '../src/runbook/targets.js';
import { startedView } from '../views/started.js';
import { parseTarget } from './target-argument.js';

/**
 * A button of the Home: the Home is no channel, so the report goes where the target's reports go, and the person is
 * told where that is. A target without channels answers in the person's direct messages.
 */
export async function runFromHome(
  click: Click,
  services: Pick<Services, 'targets' | 'postIn'>,
  run: (target: Target, conversation: Conversation) => Promise<unknown>,
): Promise<void> {
  const target = parseTarget([click.value], services.targets, '[target]');
  const channel = target.channels?.reports;
  const { postIn } = services;
  if (channel === undefined || postIn === undefined) {
    await run(target, click);
    return;
  }
  const conversation: Conversation = { ...click, channel, post: (report) => postIn(channel, report) };
  const running = run(target, conversation);
  await Promise.all([running, click.whisper(startedView(channel, click.locale))]);
}

import type { Services } from '../src/app/services.js';
import { UserError } from '../src/conversation/errors.js';
import {
  type Click,
  type Conversation,
  EXIT,
  type ExitCode,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import { withPlainDashes } from '../src/conversation/words.js';
import type { Drill, DrillState } from '../src/domain/drill.js';
import type { Person } from '../src/domain/person.js';
import type { Target } from '../src/runbook/targets.js';
import { drillView, noDrillView, SEEN_ACTION } from '../views/drill.js';
import { refusalAsText, refusalView } from '../views/release-sentence.js';
import { textFor } from '../views/text/index.js';
import { parseTarget } from './target-argument.js';

export type DrillServices = Pick<
  Services,
  'drills' | 'targets' | 'messages' | 'announceHalt' | 'now' | 'homeChanged'
> & { readonly access: Pick<Services['access'], 'mayAct'> };

const usage = '[target] [--last]';

/** Proves that the next halt will work: a real one with its way back, or everything but the act. */
export const drill: Subcommand<DrillServices> = {
  name: 'drill',
  section: '6',
  audience: 'operator',
  usage,
  async run(words, conversation, services) {
    const isLast = words.some((word) => withPlainDashes(word).toLowerCase() === '--last');
    const rest = words.filter((word) => withPlainDashes(word).toLowerCase() !== '--last');
    const target = parseTarget(rest, services.targets, usage);
    return isLast ? showLast(target, conversation, services) : begin(target, conversation, services);
  },
  actions: { [SEEN_ACTION]: see },
};

async function begin(
  target: Target,
  conversation: Conversation,
  services: DrillServices,
): Promise<SubcommandResult> {
  const { person, locale, channel } = conversation;
  await assertOperator(person, services);
  const { reason } = textFor(locale).drill;
  const answer = await services.drills.begin({
    target,
    by: person,
    reasons: reason,
    onHalt: (handle) =>
      services.announceHalt?.(
        handle,
        channel || (target.channels?.reports ?? person.id),
        conversation.whisper,
      ),
  });
  if (answer.kind === 'refused') {
    const { refusal } = answer;
    await conversation.whisper(refusalView([refusal], locale));
    return {
      exitCode: EXIT.noGo,
      json: { refusal: { ...refusal, message: refusalAsText(refusal, locale) } },
    };
  }
  const { drillId } = answer.drill;
  return person.surface === 'terminal'
    ? followInTerminal(answer.drill, conversation, services)
    : postInSlack(drillId, answer.acted, conversation, services);
}

/** Only the first state is posted here: the keeper of messages changes it from then on. */
async function postInSlack(
  drillId: string,
  acted: Promise<void>,
  conversation: Conversation,
  { drills, messages, now, homeChanged }: DrillServices,
): Promise<SubcommandResult> {
  const { locale } = conversation;
  const drill = await drills.get(drillId);
  if (drill !== undefined) {
    const view = await viewOf(drill, { drills }, conversation);
    const message = await conversation.post(view);
    await message.finish(view);
    if (message.ref !== undefined)
      await messages.keep({ subject: `drill:${drillId}`, role: 'report', locale }, message.ref, now());
  }
  await acted;
  homeChanged?.();
  return { exitCode: EXIT.ok, json: await drills.get(drillId) };
}

/** To the end of what this process does itself; what is waited for afterwards a bot watches, where there is one. */
async function followInTerminal(
  begun: Drill,
  conversation: Conversation,
  { drills }: DrillServices,
): Promise<SubcommandResult> {
  const message = await conversation.post(await viewOf(begun, { drills }, conversation));
  const drill = await drills.follow(begun.drillId, async (present) =>
    message.update(await viewOf(present, { drills }, conversation)),
  );
  await message.finish(await viewOf(drill, { drills }, conversation));
  return { exitCode: EXIT_OF[drill.state], json: drill };
}

async function showLast(
  target: Target,
  conversation: Conversation,
  { drills }: DrillServices,
): Promise<SubcommandResult> {
  const [newest] = await drills.latest(target.name, 1);
  const last = newest && ((await drills.settle(newest.drillId)) ?? newest);
  const view =
    last === undefined
      ? noDrillView(target.name, conversation.locale)
      : await viewOf(last, { drills }, conversation);
  const message = await conversation.post(view);
  await message.finish(view);
  return { exitCode: last === undefined ? EXIT.hold : EXIT_OF[last.state], json: last ?? null };
}

const viewOf = async (
  drill: Drill,
  { drills }: Pick<DrillServices, 'drills'>,
  { locale, person }: Pick<Conversation, 'locale' | 'person'>,
) =>
  drillView(drill, { before: await drills.before(drill), isTerminal: person.surface === 'terminal' }, locale);

async function see(click: Click, services: DrillServices): Promise<void> {
  await assertOperator(click.person, services);
  if (!(await services.drills.see(click.value, click.person))) throw new UserError('too_late', {});
}

async function assertOperator(who: Person, { access }: Pick<DrillServices, 'access'>): Promise<void> {
  const answer = await access.mayAct('operator', who, { fresh: true });
  if (answer.kind === 'refused') throw new UserError('forbidden', { act: 'drill', who: answer.who });
}

const EXIT_OF: Readonly<Record<DrillState, ExitCode>> = {
  acting: EXIT.hold,
  waiting: EXIT.hold,
  good: EXIT.ok,
  failed: EXIT.noGo,
  broken_off: EXIT.noGo,
};

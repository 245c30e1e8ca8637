import type { Services } from '../src/app/services.js';
import { UserError } from '../src/conversation/errors.js';
import {
  type Click,
  type Conversation,
  EXIT,
  type Subcommand,
  type SubcommandResult,
} from '../src/conversation/subcommand.js';
import type { Person } from '../src/domain/person.js';
import type { Report } from '../src/domain/report.js';
import type { WatchFacts } from '../src/domain/watch-record.js';
import { slackTime } from '../views/moments.js';
import { person } from '../views/person.js';
import { noteView } from '../views/release-sentence.js';
import { textFor } from '../views/text/index.js';
import {
  notWatchedView,
  switchedView,
  WATCH_OFF_ACTION,
  WATCH_ON_ACTION,
  watchView,
} from '../views/watch.js';
import { TAKE_ACTION } from '../views/watch-message.js';
import { requireTarget } from './target-argument.js';
import { parseWatchWords, WATCH_USAGE } from './watch-words.js';

type WatchServices = Pick<Services, 'targets' | 'watches' | 'access' | 'runbook' | 'homeChanged'>;

const TWO_HOURS_MS = 2 * 3_600_000;

/** How a target is watched between releases, and what that sees; operators switch it off for a while. */
export const watch: Subcommand<WatchServices> = {
  name: 'watch',
  audience: 'operator',
  usage: WATCH_USAGE,
  async run(words, conversation, services) {
    const { act, target, forMs } = parseWatchWords(words, services.targets);
    const { name } = target;
    if (act === 'show') return show(conversation, services, name);
    await assertOperator(services, conversation.person, name, act);
    const facts = await switchTo(act, name, conversation.person, forMs, services);
    if (facts === undefined) return tell(conversation, notWatchedView(name, conversation.locale), undefined);
    const { strategy } = services.runbook;
    return tell(conversation, switchedView(strategy, facts, conversation.person, conversation.locale), facts);
  },
  actions: {
    [WATCH_ON_ACTION]: (click, services) => switchByClick('on', click, services),
    [WATCH_OFF_ACTION]: (click, services) => switchByClick('off', click, services),
    [TAKE_ACTION]: take,
  },
};

async function show(
  conversation: Conversation,
  { watches, runbook }: WatchServices,
  target: string,
): Promise<SubcommandResult> {
  const { locale, person: asker } = conversation;
  const facts = await watches.factsOf(target);
  if (facts === undefined) return tell(conversation, notWatchedView(target, locale), undefined);
  const report = watchView(runbook.strategy, facts, { locale, hasButtons: asker.surface === 'slack' });
  return tell(conversation, report, facts);
}

async function tell(
  conversation: Conversation,
  report: Report,
  facts: WatchFacts | undefined,
): Promise<SubcommandResult> {
  const message = await conversation.post(report);
  await message.finish(report);
  // One that does not run, or was never asked for, is not what somebody who asks for it wants.
  const isRunning = facts?.watch !== undefined && facts.silentSince === undefined;
  return { exitCode: isRunning ? EXIT.ok : EXIT.hold, json: facts ?? null };
}

async function switchTo(
  act: 'on' | 'off',
  target: string,
  by: Person,
  forMs: number | undefined,
  { watches, homeChanged }: WatchServices,
): Promise<WatchFacts | undefined> {
  const facts =
    act === 'on' ? await watches.switchOn(target, by) : await watches.switchOff(target, by, forMs);
  homeChanged?.();
  return facts;
}

async function switchByClick(act: 'on' | 'off', click: Click, services: WatchServices): Promise<void> {
  const { name } = requireTarget(click.value, services.targets);
  await assertOperator(services, click.person, name, act);
  const facts = await switchTo(act, name, click.person, act === 'off' ? TWO_HOURS_MS : undefined, services);
  const { strategy } = services.runbook;
  const report =
    facts === undefined
      ? notWatchedView(name, click.locale)
      : switchedView(strategy, facts, click.person, click.locale);
  const message = await click.post(report);
  await message.finish(report);
}

/** Somebody looks after what operators were called for. */
async function take(click: Click, services: WatchServices): Promise<void> {
  await assertOperator(services, click.person, null, 'take');
  const answer = await services.watches.take(click.value, click.person);
  services.homeChanged?.();
  if (answer.kind === 'taken') return;
  const text = textFor(click.locale).watch;
  const sentence =
    answer.kind === 'over'
      ? text.takeOver
      : text.alreadyTaken(person(answer.by), slackTime(answer.at, 'date_short_pretty'));
  await click.whisper(noteView(sentence));
}

/** Who may not is written down. @throws UserError `forbidden` with those who may */
async function assertOperator(
  { access, watches }: WatchServices,
  who: Person,
  target: string | null,
  act: string,
): Promise<void> {
  const decision = await access.mayAct('operator', who, { whenAway: 'trust_listed' });
  if (decision.kind === 'allowed') return;
  await watches.refused(target, who, act);
  throw new UserError('forbidden', { act: 'steer_watch', who: decision.who });
}

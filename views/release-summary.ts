import type { Locale } from '../src/domain/localized.js';
import { causeOf, checkpointDueAt, isPuttingBack, readLookedAt } from '../src/domain/release-course.js';
import type { ReleaseProblem } from '../src/domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../src/domain/release-record.js';
import { isLiveRelease, type ReleaseState } from '../src/domain/release-state.js';
import type { Block } from '../src/domain/report.js';
import { code, context, preformatted, section, typed } from './blocks.js';
import { sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { problemQuotes, problemSentence } from './release-problem.js';
import { textFor } from './text/index.js';

export const RELEASE_SYMBOL: Readonly<Record<ReleaseState, string>> = {
  running: '⏳',
  watching: '👀',
  confirmed: '✅',
  reverted: '⏪',
  disabled: '🛑',
  cancelled: '⏹️',
  needs_person: '✋',
  halted: '🛑',
};

/** So many names of variables are told. */
const BROUGHT = 3;

/** It only waits for its deadline: nothing of it is being watched any more. */
const hasFailedInWatch = (release: ReleaseRecord): boolean =>
  release.state === 'watching' && release.problem !== null && !isPuttingBack(release);

const isTurningOff = ({ state, endedAt }: ReleaseRecord): boolean => state === 'disabled' && endedAt === null;

export const stateTextOf = (release: ReleaseRecord, locale: Locale): string => {
  const { state, turningOff, puttingBack, failedInWatch } = textFor(locale).deploy;
  if (isTurningOff(release)) return turningOff.title;
  if (hasFailedInWatch(release)) return failedInWatch;
  return isAtWorkBack(release) ? puttingBack : state[release.state];
};

export function symbolOf(release: ReleaseRecord): string {
  if (hasFailedInWatch(release)) return '⛔';
  return RELEASE_SYMBOL[isAtWorkBack(release) ? 'running' : release.state];
}

const isAtWorkBack = (release: ReleaseRecord): boolean =>
  (release.state === 'running' || release.state === 'watching') && isPuttingBack(release);

/** Each host that is turned off, as it was proved; one that is not is what somebody has to do now. */
export function hostsOff({ steps }: ReleaseRecord, locale: Locale): readonly Block[] {
  const lines = steps.flatMap((step) =>
    step.kind === 'disable' ? [`*${step.host}*: ${hostOff(step, locale)}`] : [],
  );
  return lines.length === 0 ? [] : [section(lines.join('\n'))];
}

function hostOff({ state, after, problem }: StepRecord, locale: Locale): string {
  const { turningOff: text, process } = textFor(locale).deploy;
  if (state === 'done' && after?.stopped === true) return `✓ ${text.stopped}`;
  if (state === 'done' && typeof after?.pid === 'number')
    return `✓ ${text.off} · ${process(String(after.pid))}`;
  if (problem === null && state !== 'done') return `◐ ${text.notYet}`;
  const why = problem === null ? '' : ` · ${sentenceForSlack(problemSentence(problem, locale))}`;
  return `✗ *${text.notOff}*${why}`;
}

/** After a put-back: whether the strategy is on, and with which model, host by host. */
export function whatRunsAgain({ steps }: ReleaseRecord, locale: Locale): readonly Block[] {
  const text = textFor(locale).deploy.runsAgain;
  const lines = steps.flatMap(({ kind, state, host, after }) => {
    if (kind !== 'revert' || state !== 'done') return [];
    const model = typeof after?.model === 'string' ? code(after.model) : undefined;
    const words =
      after?.leftStopped === true
        ? text.stopped
        : after?.restarted === false
          ? text.untouched
          : typeof after?.on === 'boolean'
            ? text.runs(after.on, model)
            : text.unknown;
    return [`*${host}*  ${words}`];
  });
  return lines.length === 0 ? [] : [section(lines.join('\n'))];
}

/** Who asked for it and when, what is watched, and until when. */
export function headline(release: ReleaseRecord, locale: Locale): string {
  const text = textFor(locale).deploy;
  const minutes = release.steps.flatMap(({ kind, host, checkpoint }) =>
    kind === 'checkpoint' && host === null && checkpoint !== null ? [String(checkpoint)] : [],
  );
  return [
    text.by(person(release.requestedBy), slackTime(release.startedAt)),
    ...(release.kind === 'break_glass' ? [`*${text.brokenGlass}*`] : []),
    text.watch(minutes.join(', ')),
    ...(release.endedAt === null ? [] : [text.ended(slackTime(release.endedAt))]),
    // Past it there is nothing to confirm any more.
    ...(isLiveRelease(release) ? [text.confirmBy(slackTime(release.confirmBy))] : []),
  ].join(' · ');
}

/** What it brings: a message that says *Confirmed* must say of what. */
export function broughtBlocks(
  { plan: { model, binary, hosts } }: ReleaseRecord,
  locale: Locale,
): readonly Block[] {
  const { plan: text, form } = textFor(locale).release;
  const variables = [...new Set(hosts.flatMap(({ changes }) => changes.map(({ variable }) => variable)))];
  const more = variables.length > BROUGHT ? [form.andMore(variables.length - BROUGHT)] : [];
  const parts = [
    ...(model === undefined ? [] : [`*${text.model}*  ${code(model.name)}`]),
    ...(binary === undefined ? [] : [`*${text.binary}*  ${code(binary.name)}`]),
    // Those of a model come with it.
    ...(model !== undefined || variables.length === 0
      ? []
      : [`*${text.variables}*  ${[...variables.slice(0, BROUGHT).map(code), ...more].join(', ')}`]),
  ];
  return parts.length === 0 ? [] : [section(parts.join(' · '))];
}

/** Who stopped it by a halt, when and why. */
export function haltedBlocks({ state, cancelRequested }: ReleaseRecord, locale: Locale): readonly Block[] {
  if (state !== 'halted' || cancelRequested === null) return [];
  const { by, at, reason } = cancelRequested;
  const { haltedBy } = textFor(locale).deploy;
  return [section(`*${haltedBy(person(by), slackTime(at, 'date_short_pretty'))}*\n${typed(reason)}`)];
}

export function problemBlocks(problem: ReleaseProblem | null, locale: Locale): readonly Block[] {
  if (problem === null) return [];
  const quotes = problemQuotes(problem, locale);
  return [
    section(`✗ *${sentenceForSlack(problemSentence(problem, locale))}*`),
    ...(quotes.length === 0
      ? []
      : [section(`${textFor(locale).deploy.logSays}\n${preformatted(quotes.join('\n'))}`)]),
  ];
}

/** What went wrong first, where something else has ended the release since. */
export function causeBlocks(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const cause = causeOf(release);
  if (cause === null) return [];
  const sentence = sentenceForSlack(problemSentence(cause, locale));
  return [section(`${textFor(locale).deploy.cause} *${sentence}*`)];
}

export function whatNow(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const { state, confirmBy, cancelRequested } = release;
  const text = textFor(locale).deploy;
  if (hasFailedInWatch(release)) return [section(text.notConfirmed(slackTime(confirmBy)))];
  if (isLiveRelease(release) && cancelRequested !== null)
    return [context(text.cancelling(person(cancelRequested.by)))];
  // What is said of every host does not hold for one that was given up.
  if (release.endedAt !== null && release.givenUp.length > 0) return [];
  const sentence = isTurningOff(release)
    ? text.turningOff.whatNow
    : (text.whatNow[state] ?? nextChecks(release, locale));
  return sentence === undefined ? [] : [context(sentence)];
}

/** What is waited for, and until when; undefined: something runs, or was asked before and is asked again. */
function nextChecks(release: ReleaseRecord, locale: Locale): string | undefined {
  const step = openStep(release);
  if (step === undefined || step.state !== 'pending') return undefined;
  if (step.attempts > 0 && readLookedAt(step) === undefined) return undefined;
  const dueAt = checkpointDueAt(release, step)?.toISOString();
  if (dueAt === undefined) return undefined;
  return textFor(locale).deploy.next(nameWithHost(step, locale), slackTime(dueAt, 'time_secs'));
}

export function stepName({ kind, checkpoint }: StepRecord, locale: Locale): string {
  const text = textFor(locale).deploy;
  return checkpoint === null ? text.step[kind] : `${text.step[kind]} ${text.due(String(checkpoint))}`;
}

export function openStep(release: ReleaseRecord): StepRecord | undefined {
  if (!isLiveRelease(release)) return undefined;
  return release.steps.find((step) => step.state !== 'done' && step.state !== 'skipped');
}

export const nameWithHost = (step: StepRecord, locale: Locale): string =>
  [step.host, stepName(step, locale)].filter((part) => part !== null).join(' ');

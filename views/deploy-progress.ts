import type { Block, Report } from '../src/conversation/subcommand.js';
import type { Locale } from '../src/domain/localized.js';
import {
  canConfirm,
  causeOf,
  checkpointDueAt,
  isForward,
  isPuttingBack,
  readLookedAt,
} from '../src/domain/release-course.js';
import type { ReleaseProblem } from '../src/domain/release-problem.js';
import type { ReleaseRecord, StepRecord } from '../src/domain/release-record.js';
import { isIncident, isLiveRelease, type ReleaseState, type StepState } from '../src/domain/release-state.js';
import { overcomeTroubles, troublesOf } from '../src/domain/release-trouble.js';
import {
  actions,
  type Button,
  clip,
  code,
  context,
  header,
  LIMITS,
  preformatted,
  section,
  typed,
  within,
} from './blocks.js';
import { mentions } from './mentions.js';
import { sentenceAsText, sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { CONFIRM_ACTION, confirmationBlocks } from './release-confirmation.js';
import { problemQuotes, problemSentence } from './release-problem.js';
import { givenUpBlocks, stuckBlocks } from './release-stuck.js';
import { rollbackButtons } from './rollback-buttons.js';
import { textFor } from './text/index.js';

export const CANCEL_ACTION = 'deploy:cancel';

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

const STEP_SYMBOL: Readonly<Record<StepState, string>> = {
  pending: '○',
  running: '◐',
  done: '✓',
  failed: '✗',
  skipped: '–',
  unclear: '?',
};

/** The message that moves: what is done, host by host with time and evidence, what is running, what comes. */
export function deployProgressView(release: ReleaseRecord, locale: Locale): Report {
  const text = textFor(locale).deploy;
  const { strategy, target, problem } = release;
  const stateText = stateTextOf(release, locale);
  const symbol = symbolOf(release);
  const title = `${symbol} ${stateText} · ${strategy} · ${target}`;
  const blocks: Block[] = [
    header(title),
    context(headline(release, locale)),
    ...broughtBlocks(release, locale),
    ...haltedBlocks(release, locale),
    ...problemBlocks(problem, locale),
    ...causeBlocks(release, locale),
    ...givenUpBlocks(release, locale),
    ...whatRunsAgain(release, locale),
    ...whatNow(release, locale),
    ...stuckBlocks(release, locale),
    ...confirmationBlocks(release, locale),
    ...groupsOf(release).map(({ host, steps }) => section(groupText(release, host, steps, locale))),
    ...buttonRow(release, locale),
  ];
  const now = [problem, causeOf(release)].flatMap((one) =>
    one === null ? [] : sentenceAsText(problemSentence(one, locale)),
  );
  const said = now.length === 0 ? currentStep(release, locale) : now.join(' ');
  return {
    text: `${symbol} ${text.summary(stateText, strategy, target, said)}`,
    blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut),
  };
}

/**
 * What the incident channel is told, once for each way in which a release can go wrong; it then shows what became of it.
 * @param operators ids of people and user groups, who are called while it goes on or has ended badly.
 * @param isToldLater a later post tells the same: nobody should take them for two.
 */
export function deployIncidentView(
  release: ReleaseRecord,
  locale: Locale,
  operators: readonly string[] = [],
  isToldLater = false,
): Report {
  const text = textFor(locale).deploy;
  const report = deployProgressView(release, locale);
  const troubles = troubleLines(release, locale);
  const isBad = isIncident(release) || troubles.length > 0;
  const symbol = isBad ? '🚨' : symbolOf(release);
  const call = isBad && operators.length > 0 ? [text.called(mentions(operators, []), release.target)] : [];
  return {
    text: [...call, `${text.incident}: ${report.text}`].join(' '),
    blocks: [
      header(`${symbol} ${stateTextOf(release, locale)} · ${release.strategy} · ${release.target}`),
      ...call.map((sentence) => section(sentence)),
      ...(isToldLater ? [context(text.toldLater)] : []),
      context(headline(release, locale)),
      ...broughtBlocks(release, locale),
      ...haltedBlocks(release, locale),
      ...problemBlocks(release.problem, locale),
      ...causeBlocks(release, locale),
      ...(troubles.length === 0 ? [] : [section(troubles.join('\n'))]),
      ...(isBad || !(isLiveRelease(release) || release.state === 'confirmed')
        ? []
        : [overcomeBlock(release, locale)]),
      ...givenUpBlocks(release, locale),
      ...hostsOff(release, locale),
      ...whatRunsAgain(release, locale),
      ...whatNow(release, locale),
      ...stuckBlocks(release, locale),
      actions(...rollbackButtons(release.target, locale)),
    ],
  };
}

/** What is tried and does not succeed, since when and for how long it is tried. */
function troubleLines(release: ReleaseRecord, locale: Locale): readonly string[] {
  const { trouble } = textFor(locale).deploy;
  return troublesOf(release).map(({ step, since }) => {
    const until = isForward(step.kind) ? slackTime(release.confirmBy) : undefined;
    const what = trouble(nameWithHost(step, locale), slackTime(since, 'time_secs'), until);
    const { problem } = step;
    return problem === null
      ? `◐ ${what}`
      : `◐ ${what}\n✗ ${sentenceForSlack(problemSentence(problem, locale))}`;
  });
}

/** Why this post stands here, once all is well again. */
function overcomeBlock(release: ReleaseRecord, locale: Locale): Block {
  const text = textFor(locale).deploy;
  const lines = overcomeTroubles(release).map(({ step, since, until }) =>
    text.overcome(nameWithHost(step, locale), slackTime(since, 'time_secs'), slackTime(until, 'time_secs')),
  );
  return section(lines.length === 0 ? text.wasTrouble : lines.map((line) => `✓ ${line}`).join('\n'));
}

/** It only waits for its deadline: nothing of it is being watched any more. */
const hasFailedInWatch = (release: ReleaseRecord): boolean =>
  release.state === 'watching' && release.problem !== null && !isPuttingBack(release);

const isTurningOff = ({ state, endedAt }: ReleaseRecord): boolean => state === 'disabled' && endedAt === null;

const stateTextOf = (release: ReleaseRecord, locale: Locale): string => {
  const { state, turningOff, puttingBack, failedInWatch } = textFor(locale).deploy;
  if (isTurningOff(release)) return turningOff.title;
  if (hasFailedInWatch(release)) return failedInWatch;
  return isAtWorkBack(release) ? puttingBack : state[release.state];
};

function symbolOf(release: ReleaseRecord): string {
  if (hasFailedInWatch(release)) return '⛔';
  return RELEASE_SYMBOL[isAtWorkBack(release) ? 'running' : release.state];
}

const isAtWorkBack = (release: ReleaseRecord): boolean =>
  (release.state === 'running' || release.state === 'watching') && isPuttingBack(release);

/** Each host that is turned off, as it was proved; one that is not is what somebody has to do now. */
function hostsOff({ steps }: ReleaseRecord, locale: Locale): readonly Block[] {
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
function whatRunsAgain({ steps }: ReleaseRecord, locale: Locale): readonly Block[] {
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

function headline(release: ReleaseRecord, locale: Locale): string {
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
function broughtBlocks({ plan: { model, binary, hosts } }: ReleaseRecord, locale: Locale): readonly Block[] {
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
function haltedBlocks({ state, cancelRequested }: ReleaseRecord, locale: Locale): readonly Block[] {
  if (state !== 'halted' || cancelRequested === null) return [];
  const { by, at, reason } = cancelRequested;
  const { haltedBy } = textFor(locale).deploy;
  return [section(`*${haltedBy(person(by), slackTime(at, 'date_short_pretty'))}*\n${typed(reason)}`)];
}

function problemBlocks(problem: ReleaseProblem | null, locale: Locale): readonly Block[] {
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
function causeBlocks(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const cause = causeOf(release);
  if (cause === null) return [];
  const sentence = sentenceForSlack(problemSentence(cause, locale));
  return [section(`${textFor(locale).deploy.cause} *${sentence}*`)];
}

function whatNow(release: ReleaseRecord, locale: Locale): readonly Block[] {
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

interface Group {
  readonly host: string | null;
  readonly steps: readonly StepRecord[];
}

/** Neighbours of one host stand together, in the order in which they run. */
function groupsOf({ steps }: ReleaseRecord): readonly Group[] {
  const groups: { host: string | null; steps: StepRecord[] }[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last !== undefined && last.host === step.host) last.steps.push(step);
    else groups.push({ host: step.host, steps: [step] });
  }
  return groups;
}

function groupText(
  release: ReleaseRecord,
  host: string | null,
  steps: readonly StepRecord[],
  locale: Locale,
): string {
  const text = textFor(locale).deploy;
  const isCanary = release.plan.hosts.length > 1 && release.plan.hosts[0]?.host === host;
  const title = host === null ? text.wholeTarget : `${host}${isCanary ? ` (${text.canary})` : ''}`;
  const isUntouched = steps.every(
    ({ state, problem }) => (state === 'pending' || state === 'skipped') && problem === null,
  );
  // What has not begun takes one line: a phone shows few of them.
  if (isUntouched) {
    const names = [...new Set(steps.map((step) => stepName(step, locale)))];
    const state = steps[0]?.state ?? 'pending';
    return `*${title}*  ${STEP_SYMBOL[state]} ${text.stepState[state]}: ${names.join(', ')}`;
  }
  return [`*${title}*`, ...steps.map((step) => stepLine(release, step, locale))].join('\n');
}

function stepName({ kind, checkpoint }: StepRecord, locale: Locale): string {
  const text = textFor(locale).deploy;
  return checkpoint === null ? text.step[kind] : `${text.step[kind]} ${text.due(String(checkpoint))}`;
}

function stepLine(release: ReleaseRecord, step: StepRecord, locale: Locale): string {
  const text = textFor(locale).deploy;
  const at = step.finishedAt ?? step.startedAt;
  const facts = [
    `${STEP_SYMBOL[step.state]} ${stepName(step, locale)}`,
    ...(step.state === 'done' ? [] : [text.stepState[step.state]]),
    ...(at === null ? [] : [slackTime(at, 'time_secs')]),
    ...evidence(step, locale),
  ];
  const { problem } = step;
  // What the release itself says stands above already.
  const isSaid = JSON.stringify(problem) === JSON.stringify(release.problem);
  return problem === null || isSaid
    ? facts.join(' · ')
    : `${facts.join(' · ')}\n✗ ${sentenceForSlack(problemSentence(problem, locale))}`;
}

function evidence(step: StepRecord, locale: Locale): readonly string[] {
  const { after, answered } = step;
  const text = textFor(locale).deploy;
  const { confirmedBy, verdict, pid, sha256, loadedLine, restarted, stopped, leftStopped, setAside } =
    after ?? {};
  const { rearmed, disarmed, acted } = after ?? {};
  const verdictText = Object.entries(textFor(locale).report.verdict).find(([name]) => name === verdict)?.[1];
  const looked = readLookedAt(step);
  return [
    ...(looked === undefined ? [] : [text.looked(slackTime(looked, 'time_secs'))]),
    ...(verdictText === undefined ? [] : [verdictText]),
    ...(confirmedBy === undefined ? [] : [text.confirmation.byPerson]),
    ...(Array.isArray(setAside) && setAside.length > 0 ? [text.setAside(setAside.join(', '))] : []),
    ...(typeof pid === 'number' ? [text.process(String(pid))] : []),
    ...(typeof sha256 === 'string' ? [code(sha256.slice(0, 12))] : []),
    ...(typeof loadedLine === 'string' ? [code(clip(loadedLine, 160))] : []),
    ...(typeof rearmed === 'string' ? [text.deadMan.rearmed(slackTime(rearmed, 'time_secs'))] : []),
    ...(disarmed === true && acted === undefined ? [text.deadMan.disarmed] : []),
    ...(acted === undefined ? [] : [text.deadMan.acted]),
    ...(restarted === true ? [text.putBack] : []),
    ...(stopped === true ? [text.stopped] : []),
    ...(leftStopped === true ? [text.leftStopped] : []),
    ...(answered === null ? [] : answeredText(answered, locale)),
  ];
}

function answeredText(
  { by, wasDone, looked }: NonNullable<StepRecord['answered']>,
  locale: Locale,
): readonly string[] {
  const text = textFor(locale).deploy;
  if (wasDone !== undefined) return [text.answered(person(by), wasDone)];
  return looked === 'fine' ? [text.stuck.fine(person(by))] : [];
}

function openStep(release: ReleaseRecord): StepRecord | undefined {
  if (!isLiveRelease(release)) return undefined;
  return release.steps.find((step) => step.state !== 'done' && step.state !== 'skipped');
}

function currentStep(release: ReleaseRecord, locale: Locale): string {
  const step = openStep(release);
  return step === undefined ? '' : nameWithHost(step, locale);
}

const nameWithHost = (step: StepRecord, locale: Locale): string =>
  [step.host, stepName(step, locale)].filter((part) => part !== null).join(' ');

function buttonRow(release: ReleaseRecord, locale: Locale): readonly Block[] {
  const { button } = textFor(locale).deploy;
  const { releaseId, state } = release;
  const buttons: Button[] = [
    ...(canConfirm(release)
      ? [{ actionId: CONFIRM_ACTION, text: button.confirm, value: releaseId, style: 'primary' as const }]
      : []),
    ...cancelButtons(release, locale),
    ...(state === 'halted' ? [] : rollbackButtons(release.target, locale)),
  ];
  return buttons.length === 0 ? [] : [actions(...buttons)];
}

/** Where the release may still be cancelled. */
export function cancelButtons(release: ReleaseRecord, locale: Locale): readonly Button[] {
  const { button, confirmCancel } = textFor(locale).deploy;
  const isPossible = isLiveRelease(release) && release.cancelRequested === null && !isPuttingBack(release);
  return isPossible
    ? [{ actionId: CANCEL_ACTION, text: button.cancel, value: release.releaseId, confirm: confirmCancel }]
    : [];
}

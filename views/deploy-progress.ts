import type { Locale } from '../src/domain/localized.js';
import { canConfirm, causeOf, isPuttingBack, readLookedAt } from '../src/domain/release-course.js';
import type { ReleaseRecord, StepRecord } from '../src/domain/release-record.js';
import { isLiveRelease, type StepState } from '../src/domain/release-state.js';
import type { Block, Report } from '../src/domain/report.js';
import {
  actions,
  allFolded,
  type Button,
  clip,
  code,
  context,
  escapeMrkdwn,
  header,
  LIMITS,
  section,
  within,
} from './blocks.js';
import { sentenceAsText, sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { CONFIRM_ACTION, confirmationBlocks } from './release-confirmation.js';
import { problemSentence } from './release-problem.js';
import { givenUpBlocks, stuckBlocks } from './release-stuck.js';
import {
  broughtBlocks,
  causeBlocks,
  haltedBlocks,
  headline,
  nameWithHost,
  openStep,
  problemBlocks,
  stateTextOf,
  stepName,
  symbolOf,
  whatNow,
  whatRunsAgain,
} from './release-summary.js';
import { rollbackButtons } from './rollback-buttons.js';
import { textFor } from './text/index.js';

export const CANCEL_ACTION = 'deploy:cancel';

const STEP_SYMBOL: Readonly<Record<StepState, string>> = {
  pending: '○',
  running: '◐',
  done: '✓',
  failed: '✗',
  skipped: '–',
  unclear: '?',
};

/** The message that moves: what is running and what comes, what can be done about it; and folded, host by host with time and evidence, what is done. */
export function deployProgressView(release: ReleaseRecord, locale: Locale): Report {
  const text = textFor(locale).deploy;
  const { strategy, target, problem } = release;
  const stateText = stateTextOf(release, locale);
  const symbol = symbolOf(release);
  const title = `${symbol} ${stateText} · ${strategy} · ${target}`;
  const groups = groupsOf(release);
  const done = groups.filter(isDone);
  const groupBlock = ({ host, steps }: Group) => section(groupText(release, host, steps, locale));
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
    ...groups.filter((group) => !isDone(group)).map(groupBlock),
    ...buttonRow(release, locale),
    ...allFolded(text.doneSteps(done.flatMap(({ steps }) => steps).length), done.map(groupBlock)),
  ];
  const now = [problem, causeOf(release)].flatMap((one) =>
    one === null ? [] : escapeMrkdwn(sentenceAsText(problemSentence(one, locale))),
  );
  const said = now.length === 0 ? currentStep(release, locale) : now.join(' ');
  return {
    text: `${symbol} ${text.summary(stateText, strategy, target, said)}`,
    blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut),
  };
}

interface Group {
  readonly host: string | null;
  readonly steps: readonly StepRecord[];
}

/** Nothing of it is left to watch, and nothing went wrong. */
const isDone = ({ steps }: Group): boolean =>
  steps.every(({ state, problem }) => state === 'done' && problem === null);

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

function currentStep(release: ReleaseRecord, locale: Locale): string {
  const step = openStep(release);
  return step === undefined ? '' : nameWithHost(step, locale);
}

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

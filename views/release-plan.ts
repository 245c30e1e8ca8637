import type { CheckRun } from '../src/domain/check-run.js';
import type { Frozen } from '../src/domain/frozen.js';
import type { Locale } from '../src/domain/localized.js';
import type { Promotion } from '../src/domain/promotion.js';
import type {
  ArtefactPlan,
  HostPlan,
  OtherPolicy,
  ReleasePlan,
  VariableChange,
} from '../src/domain/release-plan.js';
import {
  DRIFT_SUBJECTS,
  type DriftSubject,
  isDriftSubject,
  targetOfSubject,
} from '../src/domain/release-request.js';
import type { Block, Report } from '../src/domain/report.js';
import type { ApprovalPolicy, WatchPolicy } from '../src/domain/target-policy.js';
import { clip, code, context, escapeMrkdwn, header, LIMITS, section, typed, within } from './blocks.js';
import { checkSentence } from './check-sentence.js';
import { frozenBlocks } from './freeze.js';
import { modelEvidenceBlocks } from './model-evidence.js';
import { sentenceForSlack } from './moments.js';
import { promotionBlocks } from './promotion.js';
import { OUTCOME_SYMBOL, VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';
import { withdrawnBlocks } from './withdrawn-model.js';

export interface PlanView {
  readonly plan: ReleasePlan;
  readonly modelVersion: string | undefined;
  /** The run that judged what the plan brings. */
  readonly run: CheckRun;
  readonly approval: ApprovalPolicy;
  readonly watch: WatchPolicy;
  readonly envPrefix: string;
  readonly promotion?: Promotion | undefined;
  readonly frozen?: Frozen | undefined;
}

const SHOWN_VALUE = 60;
const WHOLE_VALUE = 300;
const SHORT_HASH = 12;

/** The whole plan: what is deployed, what changes on each host, what speaks against it, and who must approve. */
export function planReportView(view: PlanView, locale: Locale): Report {
  const { plan, run } = view;
  const { verdict } = textFor(locale).report;
  const text = textFor(locale).release;
  const title = `📋 ${text.plan.title} · ${plan.strategy} · ${plan.target}`;
  const blocks = [
    header(title),
    ...planBlocks(view, locale),
    ...modelEvidenceBlocks(plan, run, locale),
    ...promotionBlocks(view.promotion, locale),
    ...frozenBlocks(view.frozen, locale),
    ...verdictBlocks(run, locale),
    ...rulesBlocks(view, locale),
  ];
  const summary = `${title}: ${VERDICT_SYMBOL[run.verdict]} ${verdict[run.verdict]}`;
  return { text: summary, blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut) };
}

/** What is deployed and what changes; only this strategy's variables, never another line of a file. */
export function planBlocks(
  { plan, modelVersion, envPrefix }: Pick<PlanView, 'plan' | 'modelVersion' | 'envPrefix'>,
  locale: Locale,
): readonly Block[] {
  return [
    section(artefactLines({ plan, modelVersion }, locale).join('\n')),
    ...withdrawnBlocks(plan, locale),
    ...planDetails(plan, envPrefix, locale),
  ];
}

/** Every change on every host, what differs there already, and what is shared with other targets. */
export const planDetails = (plan: ReleasePlan, envPrefix: string, locale: Locale): readonly Block[] => [
  ...changesByHosts(plan, envPrefix, locale).map(({ names, lines }) =>
    section(clip([`*${names}*`, ...lines].join('\n'), LIMITS.section)),
  ),
  ...DRIFT_SUBJECTS.flatMap((subject) => driftBlocks(subject, plan, envPrefix, locale)),
  ...sharedBlocks(plan, locale),
];

/** Model, program and reason, a line each. */
export function artefactLines(
  { plan, modelVersion }: Pick<PlanView, 'plan' | 'modelVersion'>,
  locale: Locale,
): readonly string[] {
  const { plan: text } = textFor(locale).release;
  const version = modelVersion === undefined ? '' : ` · ${text.version} ${typed(modelVersion, 300)}`;
  return [
    `*${text.model}*  ${artefactText(plan.model, locale)}${version}`,
    ...(plan.binary === undefined ? [] : [`*${text.binary}*  ${artefactText(plan.binary, locale)}`]),
    ...(plan.reason === '' ? [] : [`*${text.reason}*  ${typed(plan.reason, 1500)}`]),
  ];
}

function artefactText(artefact: ArtefactPlan | undefined, locale: Locale): string {
  if (artefact === undefined) return textFor(locale).release.plan.unchanged;
  const { name, size, sha256 } = artefact;
  return `${code(name)} · ${sizeText(size)} · SHA-256 ${code(sha256.slice(0, SHORT_HASH))}`;
}

/** `412 B`, `3.2 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** Hosts in their order; neighbours on which the same changes share their lines. */
export function changesByHosts(
  plan: ReleasePlan,
  envPrefix: string,
  locale: Locale,
): readonly { readonly names: string; readonly lines: readonly string[] }[] {
  const { plan: text } = textFor(locale).release;
  const groups: { names: string[]; lines: readonly string[] }[] = [];
  for (const [index, host] of plan.hosts.entries()) {
    const isCanary = index === 0 && plan.hosts.length > 1;
    const name = `${escapeMrkdwn(host.host)}${isCanary ? ` (${text.canary})` : ''}`;
    const lines = changeLines(host, envPrefix, locale);
    const last = groups.at(-1);
    if (last?.lines.join('\n') === lines.join('\n')) last.names.push(name);
    else groups.push({ names: [name], lines });
  }
  return groups.map(({ names, lines }) => ({ names: names.join(`, ${text.next} `), lines }));
}

function changeLines({ changes }: HostPlan, envPrefix: string, locale: Locale): readonly string[] {
  if (changes.length === 0) return [textFor(locale).release.plan.noChange];
  return changes.map((change) => variableLine(change, envPrefix, locale));
}

/** One change of the environment, as approvers read it. */
export function variableLine(
  { variable, before, after }: VariableChange,
  envPrefix: string,
  locale: Locale,
): string {
  const name = variable.startsWith(envPrefix) ? variable.slice(envPrefix.length) : variable;
  const isMoved = isPath(before) && isPath(after) && folderOf(before) !== folderOf(after);
  const values = [before, after].map((value) => valueText(value, locale, isMoved));
  // What differs beyond what is shown would read as no change at all.
  const [from, to] =
    values[0] === values[1] ? [before, after].map((value) => valueText(value, locale, true)) : values;
  return `${code(name)}  ${from} → ${to}`;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const isPath = (value: string | null): value is string => value?.startsWith('/') ?? false;

/** A path by its last part where its folder stays: that is the host's own. */
function valueText(value: string | null, locale: Locale, isWhole: boolean): string {
  if (value === null) return `_(${textFor(locale).release.plan.notSet})_`;
  if (isWhole) return code(clip(value, WHOLE_VALUE));
  if (/^[0-9a-f]{64}$/.test(value)) return code(value.slice(0, SHORT_HASH));
  const shown = isPath(value) ? `…/${value.slice(value.lastIndexOf('/') + 1)}` : value;
  return code(clip(shown, SHOWN_VALUE));
}

/** One line a variable; of one whose value is not told the name alone, so that a host's share one line. */
function driftBlocks(
  subject: DriftSubject,
  plan: ReleasePlan,
  envPrefix: string,
  locale: Locale,
): readonly Block[] {
  const lines = plan.hosts.flatMap((host) => {
    const name = escapeMrkdwn(host.host);
    if (subject === 'drift')
      return host.drift.map((change) => `${name}  ${variableLine(change, envPrefix, locale)}`);
    if (subject === 'no_dead_man') return host.withoutDeadMan === undefined ? [] : [name];
    const told = namedIn(host)[subject].map(({ variable, shown }) =>
      shown === undefined ? code(variable) : variableLine({ variable, ...shown }, envPrefix, locale),
    );
    return told.length === 0 ? [] : [`${name}  ${told.join(' · ')}`];
  });
  if (lines.length === 0) return [];
  const title = textFor(locale).release.plan.drift[subject];
  return [section(clip(`⚠ *${title}*\n${lines.join('\n')}`, LIMITS.section))];
}

const namedIn = ({ undeclared = [], sinceConfirmed = [] }: HostPlan) => ({
  undeclared,
  since_confirmed: sinceConfirmed,
});

/** What other targets on its machines have of it too; what it changes for them is marked. */
function sharedBlocks({ shared = [] }: ReleasePlan, locale: Locale): readonly Block[] {
  if (shared.length === 0) return [];
  const { shared: text } = textFor(locale).release.plan;
  const lines = shared.map(({ host, target, what, path, changes }) => {
    const place = `${escapeMrkdwn(host)}  ${target}: ${text.what[what]} ${code(clip(path, WHOLE_VALUE))}`;
    return changes ? `⚠ ${place} · *${text.changes(target)}*` : place;
  });
  return [section(clip(`*${text.title}*\n${lines.join('\n')}`, LIMITS.section))];
}

/** What somebody takes upon themselves, as it stands beside their name. */
export function acknowledgedText(
  subject: string,
  { checks }: Pick<CheckRun, 'checks'>,
  locale: Locale,
): string {
  const { plan: text } = textFor(locale).release;
  const target = targetOfSubject(subject);
  if (target !== undefined) return text.acknowledgeAlso(target);
  if (isDriftSubject(subject)) return text.acknowledgeDrift[subject];
  return checks.find(({ id }) => id === subject)?.title[locale] ?? subject;
}

/** The verdict over what will stand, and each check that is not right. */
function verdictBlocks(run: CheckRun, locale: Locale): readonly Block[] {
  const { verdict } = textFor(locale).report;
  const { plan: text } = textFor(locale).release;
  const head = `${VERDICT_SYMBOL[run.verdict]} *${verdict[run.verdict]}*`;
  const wrong = wrongChecks(run, locale);
  if (wrong.length === 0) return [section(`${head}  ${text.allPass(decidingChecks(run).length)}`)];
  return [section(`${head}  ${text.stops}`), ...wrong];
}

export const decidingChecks = ({ checks }: Pick<CheckRun, 'checks'>): CheckRun['checks'] =>
  checks.filter(({ mode }) => mode === 'deciding');

/** Each check that decides and is not right, with its sentence. */
export const wrongChecks = (run: Pick<CheckRun, 'checks'>, locale: Locale): readonly Block[] =>
  decidingChecks(run)
    .filter(({ outcome }) => outcome !== 'PASS')
    .map((check) => {
      const sentence = clip(sentenceForSlack(checkSentence(check, locale)), 500);
      return section(
        `${OUTCOME_SYMBOL[check.outcome]} *${check.section} ${check.title[locale]}*  ${sentence}`,
      );
    });

function rulesBlocks({ plan, approval, watch }: PlanView, locale: Locale): readonly Block[] {
  const { plan: text } = textFor(locale).release;
  const others = plan.alsoApprovedBy ?? [];
  return [
    context(text.approvers(peopleOf(approval), whoApproves(approval, locale))),
    ...others.map((policy) =>
      context(`⚠ ${text.approversOf(policy.target, peopleOf(policy), whoApproves(policy, locale))}`),
    ),
    context(text.watch(watch.checkpointMinutes.join(', '), String(watch.confirmMinutes))),
  ];
}

type Policy = Omit<OtherPolicy, 'target' | 'strategy'>;

const peopleOf = ({ quorum, groups }: Policy): number => Math.max(quorum, groups.length);

function whoApproves(policy: Policy, locale: Locale): string {
  const { groups, users } = policy;
  const named = groups.map((id) => `<!subteam^${id}>`);
  if (peopleOf(policy) === groups.length) return named.join(' + ');
  const isListed = users.length > 0 && named.length === 0;
  const anybody = isListed
    ? users.map((id) => `<@${id}>`).join(' / ')
    : textFor(locale).release.plan.anyApprover;
  return [...named, anybody].join(' + ');
}

import type { StoredRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import { isDecided, type ReleaseRequest } from '../src/domain/release-request.js';
import type { ReleaseState, RequestState } from '../src/domain/release-state.js';
import type { Block, Report } from '../src/domain/report.js';
import type { RequestView } from '../src/domain/request-view.js';
import {
  actions,
  actionsWithMenu,
  type Button,
  clip,
  context,
  header,
  LIMITS,
  section,
  typed,
  typedName,
  within,
} from './blocks.js';
import { frozenBlocks } from './freeze.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { acknowledgedText, decidingChecks, wrongChecks } from './release-plan.js';
import { changeLine } from './release-sentence.js';
import { approvalBlocks, clockBlocks } from './request-approvals.js';
import { planSummary, wholePlan } from './request-plan.js';
import { VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

export interface RequestViewOptions {
  readonly locale: Locale;
  readonly envPrefix: string;
}

export const REQUEST_SYMBOL: Readonly<Record<RequestState, string>> = {
  open: '🔔',
  approved: '✅',
  executing: '🚀',
  executed: '🏁',
  rejected: '⛔',
  withdrawn: '↩️',
  expired: '⌛',
  invalidated: '⚠️',
  superseded: '⏭️',
  halted: '🛑',
};

/** Opens the form of a request that takes the place of one that waits. */
export const SUPERSEDE_ACTION = 'deploy:supersede';

/** The menu of what is rarely wanted; its value is the choice and the request's id (an option takes 75 characters). */
export const MORE_ACTION = 'deploy:more';
export const REQUEST_CHOICES = [
  'run:details',
  'deploy:renew',
  'deploy:take_back',
  'deploy:withdraw',
] as const;
export type RequestChoice = (typeof REQUEST_CHOICES)[number];

/** What a button of a request carries: which request, and exactly which content of it. */
export const buttonValue = ({ requestId, digest }: Pick<ReleaseRequest, 'requestId' | 'digest'>): string =>
  `${requestId} ${digest}`;

/** The request in its channel: plan, verdict, who has approved, and what may be done now. */
export function requestReportView(view: RequestView, { locale, envPrefix }: RequestViewOptions): Report {
  const { request } = view;
  const text = textFor(locale).release;
  const state = text.state[request.state];
  const title = `${REQUEST_SYMBOL[request.state]} ${text.request.title} · ${request.strategy} · ${request.target}`;
  const shown = { plan: request.plan, modelVersion: request.wish.modelVersion, envPrefix };
  const blocks: Block[] = [
    header(title),
    ...outcomeBlocks(view, locale),
    context(text.request.by(person(request.requestedBy), slackTime(request.createdAt, 'date_short_pretty'))),
    ...incidentBlocks(view, locale),
    ...planSummary(shown, locale),
    ...evidenceBlocks(view, locale),
    ...approvalBlocks(view, locale),
    ...frozenBlocks(view.frozen, locale),
    ...clockBlocks(request, locale),
    ...buttonBlocks(view, locale),
    ...wholePlan(shown, view, locale),
  ];
  const summary = text.request.summary(
    state,
    request.strategy,
    request.target,
    typedName(request.requestedBy.name),
  );
  return {
    text: `${REQUEST_SYMBOL[request.state]} ${summary}`,
    blocks: within(LIMITS.messageBlocks, blocks, textFor(locale).report.report.cut),
  };
}

function incidentBlocks({ incident }: RequestView, locale: Locale): readonly Block[] {
  if (incident === undefined) return [];
  const { haltId, by, at } = incident;
  const { follows } = textFor(locale).release.request;
  return [context(follows(person(by), slackTime(at, 'date_short_pretty'), haltId))];
}

/** How it ended, first: who decided, when, and why. */
function outcomeBlocks({ request, outcome }: RequestView, locale: Locale): readonly Block[] {
  const { request: text } = textFor(locale).release;
  const sentence = endSentence(request, outcome, locale);
  if (sentence === undefined) return [];
  const why = request.endReason === null ? [] : [typed(request.endReason)];
  const changes = request.endChanges.map((change) => `• ${changeLine(change, locale)}`);
  const again = request.state === 'invalidated' || request.state === 'expired' ? [text.askAgain] : [];
  return [section(clip([`*${sentence}*`, ...why, ...changes, ...again].join('\n'), LIMITS.section))];
}

export function endSentence(
  { state, endedAt, endedBy, startExpiresAt }: ReleaseRequest,
  outcome: ReleaseState | undefined,
  locale: Locale,
): string | undefined {
  const { request: text } = textFor(locale).release;
  const when = slackTime(endedAt ?? '1970-01-01T00:00:00Z', 'date_short_pretty');
  const who = endedBy === null ? '—' : person(endedBy);
  switch (state) {
    case 'open':
    case 'approved':
      return undefined;
    case 'rejected':
      return text.rejected(who, when);
    case 'withdrawn':
      return text.withdrawn(who, when);
    case 'expired':
      return startExpiresAt === null ? text.quorumTimeOut(when) : text.startTimeOut(when);
    case 'invalidated':
      return text.invalidated(when, endedBy === null ? undefined : who);
    case 'superseded':
      return text.superseded(who, when);
    case 'halted':
      return text.halted(who, when);
    case 'executing':
      return text.executing;
    case 'executed':
      return text.executed(
        outcome === undefined ? '—' : textFor(locale).deploy.state[outcome],
        endedAt === null ? undefined : when,
      );
  }
}

function evidenceBlocks({ run, request }: RequestView, locale: Locale): readonly Block[] {
  const { verdict } = textFor(locale).report;
  const text = textFor(locale).release;
  if (run === undefined) return [];
  const until = slackTime(run.validUntil);
  const word = `${VERDICT_SYMBOL[run.verdict]} ${verdict[run.verdict]}`;
  const wrong = wrongChecks(run, locale);
  const allPass = wrong.length === 0 ? [text.plan.allPass(decidingChecks(run).length)] : [];
  const line = [text.request.evidence(word, slackTime(run.asOf), until), ...allPass].join(' · ');
  const revoked = isDecided(request) ? [] : revokedBlocks(run, locale);
  const taken = request.acknowledged.map(({ subject, by }) => {
    return `⚠ ${text.request.acknowledged(acknowledgedText(subject, run, locale), person(by))}`;
  });
  return [context([line, ...taken].join('\n')), ...wrong, ...revoked];
}

function revokedBlocks({ revokedBy }: StoredRun, locale: Locale): readonly Block[] {
  if (revokedBy === undefined) return [];
  const { verdict, kind } = textFor(locale).report;
  const { evidenceRevoked } = textFor(locale).release.request;
  const at = slackTime(revokedBy.asOf);
  return [section(`*⏮ ${evidenceRevoked(kind[revokedBy.kind], verdict[revokedBy.verdict], at)}*`)];
}

/** Only while something can still be decided: every other state has no button. What is rarely wanted waits in a menu. */
function buttonBlocks({ request, approvals }: RequestView, locale: Locale): readonly Block[] {
  if (request.state !== 'open' && request.state !== 'approved') return [];
  const { button } = textFor(locale).release;
  const value = buttonValue(request);
  const approve: Button = { actionId: 'deploy:approve', text: button.approve, value, style: 'primary' };
  const further: readonly (readonly [RequestChoice, string])[] = [
    ['deploy:renew', button.renew],
    ...(approvals.length > 0 ? [['deploy:take_back', button.takeBack] as const] : []),
    ['deploy:withdraw', button.withdraw],
  ];
  return [
    actionsWithMenu(
      [
        request.state === 'approved' ? startButton(request, locale) : approve,
        { actionId: 'deploy:reject', text: button.reject, value },
      ],
      {
        actionId: MORE_ACTION,
        options: further.map(([choice, text]) => ({ text, value: `${choice} ${request.requestId}` })),
      },
    ),
  ];
}

export function startButton(
  request: Pick<ReleaseRequest, 'requestId' | 'digest' | 'plan'>,
  locale: Locale,
): Button {
  const { button, confirm } = textFor(locale).release;
  const hosts = request.plan.hosts.map(({ host }) => host).join(', ');
  return {
    actionId: 'deploy:start',
    text: button.start,
    value: buttonValue(request),
    style: 'primary',
    confirm: {
      title: confirm.startTitle,
      text: confirm.startText(hosts),
      yes: confirm.startYes,
      no: confirm.no,
    },
  };
}

/** For whoever meets a request that stands in the way, perhaps because its message is gone. */
export function withdrawBlock(request: Pick<ReleaseRequest, 'requestId' | 'digest'>, locale: Locale): Block {
  const { button } = textFor(locale).release;
  return actions({ actionId: 'deploy:withdraw', text: button.withdraw, value: buttonValue(request) });
}

/** For an operator who has something more urgent. */
export function supersedeBlock(
  { requestId, target }: Pick<ReleaseRequest, 'requestId' | 'target'>,
  locale: Locale,
): Block {
  const { button } = textFor(locale).release;
  return actions({ actionId: SUPERSEDE_ACTION, text: button.supersede, value: `${target} ${requestId}` });
}

import type { Backtests } from '../backtest/backtests.js';
import { reportSeries } from '../checks/report-series.js';
import type { AcknowledgementStore } from '../checks/store/acknowledgements.js';
import type { RunStore } from '../checks/store/run-store.js';
import type { Acknowledgement } from '../domain/acknowledgement.js';
import type { Backtest } from '../domain/backtest.js';
import type { StoredRun } from '../domain/check-run.js';
import type { Locale } from '../domain/localized.js';
import { callOfRole, callsOfRelease, callsOfRequest, type ReleaseCall } from '../domain/release-calls.js';
import { isForward } from '../domain/release-course.js';
import type { ReleaseRecord, StepRecord } from '../domain/release-record.js';
import { isIncident } from '../domain/release-state.js';
import { type Trouble, troublesOf } from '../domain/release-trouble.js';
import type { Report } from '../domain/report.js';
import type { RequestView } from '../domain/request-view.js';
import type { ApprovalPolicy } from '../domain/target-policy.js';
import { isLive, type Training } from '../domain/training.js';
import type { DrillService } from '../drill/drill-service.js';
import type { MessageTable, SubjectState } from '../messages/message-keeper.js';
import type { StoredMessage } from '../messages/message-store.js';
import type { ReleaseContext } from '../release/release-context.js';
import { readRequestView } from '../release/request-view.js';
import { selectRelease } from '../release/store/releases.js';
import type { TrainingService } from '../training/training-service.js';
import { type DrillViews, stateOfDrill } from './drill-messages.js';
import { loudly, quietly } from './message-places.js';
import { stateOfWatch, type WatchViews } from './watch-messages.js';

interface StoredReportOptions {
  readonly locale: Locale;
  readonly stored: true;
  /** RFC 3339, as the next. */
  readonly now: string;
  readonly supersededAt: string | undefined;
  readonly acknowledgements: readonly Acknowledgement[];
}

/** How each message looks. */
export interface MessageViews extends DrillViews {
  readonly run: (run: StoredRun, options: StoredReportOptions) => Report;
  readonly request: (view: RequestView, options: { locale: Locale; envPrefix: string }) => Report;
  /** A reply that notifies those whom a request needs. */
  readonly requestCall: (view: RequestView, call: ReleaseCall, locale: Locale) => Report;
  /** The loud one: a release that skips its approvals, and who has to look at it. */
  readonly brokenGlass: (view: RequestView, options: { locale: Locale; envPrefix: string }) => Report;
  readonly progress: (release: ReleaseRecord, locale: Locale) => Report;
  /** A reply that notifies those whose word a release needs. */
  readonly confirmCall: (
    release: ReleaseRecord,
    policy: ApprovalPolicy,
    call: ReleaseCall,
    locale: Locale,
  ) => Report;
  /** The loud one. */
  readonly incident: (
    release: ReleaseRecord,
    locale: Locale,
    operators: readonly string[],
    isToldLater: boolean,
  ) => Report;
  readonly backtest: (backtest: Backtest, locale: Locale) => Report;
  /** @param now RFC 3339 */
  readonly training: (training: Training, locale: Locale, now: string) => Report;
  readonly watch: WatchViews;
}

export interface MessageTableParts {
  readonly views: MessageViews;
  readonly runs: Pick<RunStore, 'get' | 'latest'>;
  readonly acknowledgements: Pick<AcknowledgementStore, 'acknowledgedWarnings'>;
  readonly releases: Pick<ReleaseContext, 'database' | 'databaseNow' | 'targets' | 'runs' | 'approvers'>;
  readonly trainings: Pick<TrainingService, 'get'>;
  readonly backtests: Pick<Backtests, 'get'>;
  readonly drills: Pick<DrillService, 'get' | 'before'>;
  readonly envPrefix: string;
  /** The installation's, for messages that nobody in particular asked for. */
  readonly locale: Locale;
  readonly now: () => Date;
}

type Standing = readonly Pick<StoredMessage, 'role' | 'channel'>[];

/** What every message in Slack is rendered from, and by which view. */
export function createMessageTable(parts: MessageTableParts): MessageTable {
  return {
    run: (id) => stateOfRun(parts, id),
    request: (id, standing) => stateOfRequest(parts, id, standing),
    release: (id, standing) => stateOfRelease(parts, id, standing),
    training: (id, standing) => stateOfTraining(parts, id, standing),
    drill: (id, standing) => stateOfDrill({ ...parts, drillViews: parts.views }, id, standing),
    watch: (id, standing) => stateOfWatch({ ...parts, watchViews: parts.views.watch }, id, standing),
    backtest: (id, standing) => stateOfBacktest(parts, id, standing),
  };
}

const localeOf = ({ locale }: MessageTableParts, message: StoredMessage): Locale => message.locale ?? locale;

/** A report that somebody deleted is not missed. */
async function stateOfRun(parts: MessageTableParts, runId: string): Promise<SubjectState | undefined> {
  const { runs, views } = parts;
  const run = await runs.get(runId);
  if (run === undefined) return undefined;
  const newest = (await runs.latest(run)) ?? run;
  const acknowledgements = await parts.acknowledgements.acknowledgedWarnings(runId);
  const now = parts.now();
  const expiresAt = new Date(run.validUntil);
  return {
    owed: [],
    lives: now < expiresAt,
    ...(now < expiresAt ? { changesAt: expiresAt } : {}),
    supersedes: { series: reportSeries(run), before: new Date(newest.startedAt) },
    render: (message) =>
      views.run(run, {
        locale: localeOf(parts, message),
        stored: true,
        now: now.toISOString(),
        supersededAt: message.supersededAt ?? undefined,
        acknowledgements,
      }),
  };
}

async function stateOfRequest(
  parts: MessageTableParts,
  requestId: string,
  standing: Standing,
): Promise<SubjectState | undefined> {
  const { views, envPrefix, releases } = parts;
  const view = await readRequestView(releases, requestId);
  if (view === undefined) return undefined;
  const { request, policy, dropped } = view;
  const channels = releases.targets.targets.get(request.target)?.channels;
  const loud = request.kind === 'break_glass' ? ['broken_glass'] : [];
  const { roles, nextAt } = callsOfRequest({
    request,
    clocks: policy,
    now: await releases.databaseNow(releases.database),
    standing: standing.map(({ role }) => role),
    droppedDigest: dropped.at(-1)?.digest,
  });
  return {
    owed:
      channels === undefined
        ? []
        : [
            ...loud.map((role) => ({ role, ...loudly(channels, request.requestedBy) })),
            { role: 'request', ...quietly(channels, request.requestedBy) },
          ],
    lives: request.endedAt === null,
    ...(nextAt === undefined ? {} : { changesAt: nextAt }),
    ...(channels === undefined ? {} : { calls: { inThreadOf: 'request', roles } }),
    render: (message) => {
      const options = { locale: localeOf(parts, message), envPrefix };
      const call = callOfRole(message.role);
      if (call !== undefined) return views.requestCall(view, call, options.locale);
      return message.role === 'broken_glass'
        ? views.brokenGlass(view, options)
        : views.request(view, options);
    },
  };
}

/** What became of an incident is told where it was told of. */
async function stateOfRelease(
  parts: MessageTableParts,
  releaseId: string,
  standing: Standing,
): Promise<SubjectState | undefined> {
  const { views, releases } = parts;
  const release = await selectRelease(releases.database, releaseId);
  if (release === undefined) return undefined;
  const target = releases.targets.targets.get(release.target);
  const channels = target?.channels;
  const now = await releases.databaseNow(releases.database);
  const { roles, nextAt } = callsOfRelease(release, target?.watch.confirmMinutes ?? 0, now);
  const told = standing.filter(({ role }) => isOfIncident(role));
  const troubles = troublesOf(release);
  const fresh = incidentsOf(release, troubles, now).filter(
    (present) => !told.some(({ role }) => role === present || isToldBy(role, present, release)),
  );
  const newest = fresh.at(-1) ?? told.at(-1)?.role;
  const changesAt = soonestOf([nextAt, ...troubles.map(({ callAt }) => callAt)], now);
  return {
    owed:
      channels === undefined
        ? []
        : [
            ...told.map((one) => ({ ...loudly(channels, release.requestedBy), ...one })),
            ...fresh.map((role) => ({ role, ...loudly(channels, release.requestedBy) })),
            { role: 'progress', ...quietly(channels, release.requestedBy) },
          ],
    lives: release.endedAt === null,
    ...(changesAt === undefined ? {} : { changesAt }),
    ...(channels === undefined ? {} : { calls: { inThreadOf: 'progress', roles } }),
    render: (message) => {
      const locale = localeOf(parts, message);
      const call = callOfRole(message.role);
      if (call !== undefined && target !== undefined)
        return views.confirmCall(release, target.approval, call, locale);
      const { operators } = releases.targets.roles;
      return isOfIncident(message.role)
        ? views.incident(release, locale, operators, message.role !== newest)
        : views.progress(release, locale);
    },
  };
}

const isOfIncident = (role: string): boolean => role.startsWith('incident ');

/**
 * What the incident channel is told of, each once in a message of its own: each way of failing, each step that needs a
 * person, and each step that does not succeed.
 */
function incidentsOf(release: ReleaseRecord, troubles: readonly Trouble[], now: Date): readonly string[] {
  const stuck = troubles.filter(({ callAt }) => callAt <= now).map(({ step }) => stuckRole(step));
  return [...(isIncident(release) ? [failureOf(release)] : []), ...new Set(stuck)];
}

function failureOf(release: ReleaseRecord): string {
  if (release.state === 'running') return PUTTING_BACK;
  if (release.state !== 'needs_person') return `incident ${release.state}`;
  const step = release.steps.findLast(({ state }) => state === 'unclear' || state === 'failed');
  return `incident needs_person ${step?.position ?? ''} ${step?.attempts ?? ''}`;
}

const PUTTING_BACK = 'incident putting_back';
/** Who was called when it failed, or when the step that failed did not succeed, reads in that message what has become of it. */
function isToldBy(role: string, present: string, { steps }: ReleaseRecord): boolean {
  if (present !== PUTTING_BACK && present !== 'incident reverted') return false;
  const failed = steps.find(({ kind, state }) => isForward(kind) && state === 'failed');
  return role === PUTTING_BACK || role === stuckRole(failed);
}

/** Hosts are put back and turned off all at once: one post tells of all of them. */
const stuckRole = (step: Pick<StepRecord, 'kind' | 'host'> | undefined): string =>
  step !== undefined && isForward(step.kind)
    ? `incident stuck ${step.kind} ${step.host ?? ''}`
    : `incident stuck ${step?.kind}`;

const soonestOf = (moments: readonly (Date | undefined)[], now: Date): Date | undefined =>
  moments
    .flatMap((moment) => moment ?? [])
    .filter((moment) => moment > now)
    .toSorted((one, other) => one.getTime() - other.getTime())[0];

/** Its message is posted where it was asked for. */
async function stateOfBacktest(
  parts: MessageTableParts,
  backtestId: string,
  standing: Standing,
): Promise<SubjectState | undefined> {
  const { backtests, views } = parts;
  const backtest = await backtests.get(backtestId);
  return (
    backtest && {
      owed: standing,
      lives: backtest.endedAt === null,
      render: (message) => views.backtest(backtest, localeOf(parts, message)),
    }
  );
}

/** Its message is posted where it was asked for; one of a terminal has none. */
async function stateOfTraining(
  parts: MessageTableParts,
  trainingId: string,
  standing: Standing,
): Promise<SubjectState | undefined> {
  const { trainings, views } = parts;
  const training = await trainings.get(trainingId);
  if (training === undefined) return undefined;
  const now = parts.now().toISOString();
  return {
    owed: standing,
    lives: isLive(training),
    render: (message) => views.training(training, localeOf(parts, message), now),
  };
}

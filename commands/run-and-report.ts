import { checksAhead } from '../src/checks/checks-ahead.js';
import { reportSubject } from '../src/checks/report-upkeep.js';
import { UserError } from '../src/conversation/errors.js';
import type { Conversation, LiveMessage, SubcommandResult } from '../src/conversation/subcommand.js';
import type { CheckResult, CheckRun } from '../src/domain/check-run.js';
import type { RunKind } from '../src/domain/outcome.js';
import type { Target } from '../src/runbook/targets.js';
import { runJson } from '../views/run-json.js';
import { runReportView } from '../views/run-report.js';
import { runningReportView } from '../views/running-report.js';
import type { ReportServices } from './decision-services.js';
import { VERDICT_EXIT } from './exit-code.js';
import { refreshMessage } from './stored-report.js';

type Reuse = ReadonlyMap<string, CheckResult>;

/**
 * Runs every check of a kind in one message that moves, and ends as the report.
 * @param findReusable results of earlier runs to rest on; asked while the message is on its way.
 */
export async function runAndReport(
  kind: RunKind,
  target: Target,
  conversation: Conversation,
  services: ReportServices,
  findReusable: () => Promise<Reuse> = async () => new Map(),
): Promise<SubcommandResult> {
  const { locale } = conversation;
  const { strategy } = services.runbook;
  const progressOf = (checks: Parameters<typeof runningReportView>[0]['checks']) =>
    runningReportView({ strategy, target: target.name, kind, checks }, locale);

  let latest = checksAhead(services.runbook, kind);
  let message: LiveMessage | undefined;
  const running = findReusable().then((reuse) =>
    services.checks.run({
      kind,
      target,
      requestedBy: conversation.person,
      reuse,
      onProgress: (checks) => {
        latest = checks;
        message?.update(progressOf(checks));
      },
    }),
  );
  // The checks run while the message is on its way: a slow Slack does not slow them.
  const posting = conversation.post(progressOf(latest));
  posting.then(
    (live) => {
      message = live;
      if (latest.length > 0) live.update(progressOf(latest));
    },
    () => {},
  );
  const { run, stored } = await running;
  services.homeChanged?.();
  const report = runReportView(run, { locale, stored });
  try {
    const live = await posting;
    await live.finish(report);
    if (stored) await supersedeOlderReports(run, live, conversation, services);
  } catch (error) {
    // The run was carried out all the same: who asked for it reads it, and why nobody else does.
    if (error instanceof UserError) await conversation.whisper(report);
    throw error;
  } finally {
    if (stored) await follow(run, services);
  }
  return { exitCode: VERDICT_EXIT[run.verdict], json: runJson(run, locale) };
}

/**
 * Reports of the same kind and target, in every channel, say from now on that they are history, all but the one that was
 * asked for last: that may be another than this one, where two ran at once.
 */
async function supersedeOlderReports(
  run: CheckRun,
  live: LiveMessage,
  { channel, locale }: Conversation,
  services: ReportServices,
): Promise<void> {
  if (live.ref === undefined || services.changeMessage === undefined) return;
  const { messages, runs, logger, now } = services;
  try {
    const subject = reportSubject(run);
    const reservation = { key: run.runId, subject, channel: live.ref.channel || channel, runId: run.runId };
    await messages.reserve(reservation, new Date(run.startedAt));
    await messages.markPosted(run.runId, live.ref.ts);
    for (const older of await messages.supersedeOlder(run.runId, now())) {
      const olderRun = older.runId === null ? undefined : await runs.get(older.runId);
      if (olderRun !== undefined) await refreshMessage(older, olderRun, locale, services);
    }
  } catch (error) {
    logger.warn({ err: error, runId: run.runId }, 'older reports could not be marked as superseded');
  }
}

async function follow(run: CheckRun, { followReport, logger }: ReportServices): Promise<void> {
  try {
    await followReport(run);
  } catch (error) {
    logger.warn({ err: error, runId: run.runId }, 'the end of a report’s validity will not be shown');
  }
}

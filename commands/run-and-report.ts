import { checksAhead } from '../src/checks/checks-ahead.js';
import { reportSeries } from '../src/checks/report-series.js';
import type { Conversation, LiveMessage, SubcommandResult } from '../src/conversation/subcommand.js';
import type { CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { RunKind } from '../src/domain/outcome.js';
import type { Report } from '../src/domain/report.js';
import type { Target } from '../src/runbook/targets.js';
import { runJson } from '../views/run-json.js';
import { runReportView } from '../views/run-report.js';
import { runningReportView } from '../views/running-report.js';
import type { ReportServices } from './decision-services.js';
import { VERDICT_EXIT } from './exit-code.js';

/** Runs every check of a kind in one message that moves, and ends as the report. */
export async function runAndReport(
  kind: RunKind,
  target: Target,
  conversation: Conversation,
  services: ReportServices,
): Promise<SubcommandResult> {
  const { locale } = conversation;
  const { strategy } = services.runbook;
  const progressOf = (checks: Parameters<typeof runningReportView>[0]['checks']) =>
    runningReportView({ strategy, target: target.name, kind, checks }, locale);

  let latest = checksAhead(services.runbook, kind);
  let message: LiveMessage | undefined;
  const running = services.checks.run({
    kind,
    target,
    requestedBy: conversation.person,
    onProgress: (checks) => {
      latest = checks;
      message?.update(progressOf(checks));
    },
  });
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
  const report = runReportView(run, { locale, stored, withCharts: conversation.person.surface !== 'slack' });
  try {
    const live = await posting;
    await live.finish(report);
  } catch (error) {
    // The run was carried out all the same: it is told elsewhere, and who asked for it reads why.
    if (message === undefined) {
      message = await postElsewhere(report, target, conversation, services);
      await conversation.whisper(report);
    }
    throw error;
  } finally {
    if (stored) await keepTrue(run, message, locale, services);
  }
  return { exitCode: VERDICT_EXIT[run.verdict], json: runJson(run, locale) };
}

/** In the first place that takes it: the target's reports, its incidents, the person directly. */
async function postElsewhere(
  report: Report,
  { channels }: Target,
  { channel, person }: Conversation,
  { postIn, logger }: ReportServices,
): Promise<LiveMessage | undefined> {
  const direct = person.surface === 'slack' ? [person.id] : [];
  const places = [channels?.reports, channels?.incidents, ...direct].flatMap((place) => place ?? []);
  for (const place of new Set(places)) {
    if (place === channel) continue;
    try {
      return await postIn?.(place, report);
    } catch (error) {
      logger.warn({ err: error, place }, 'a report is refused there, too');
    }
  }
  return undefined;
}

/**
 * From now on its message says what becomes of it, and older reports of the kind and target, in every channel, that they
 * are history: all but the one that was asked for last, which may be another than this one, where two ran at once.
 */
async function keepTrue(
  run: CheckRun,
  live: LiveMessage | undefined,
  locale: Locale,
  { messages, logger }: ReportServices,
): Promise<void> {
  const subject = `run:${run.runId}` as const;
  try {
    if (live?.ref === undefined) await messages.changed(subject);
    else {
      const message = { subject, role: 'report', series: reportSeries(run), locale };
      await messages.keep(message, live.ref, new Date(run.startedAt));
    }
  } catch (error) {
    logger.warn({ err: error, runId: run.runId }, 'reports will not say that they are history');
  }
}

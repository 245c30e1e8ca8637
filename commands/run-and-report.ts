import type { CheckRun } from '../src/domain/check-run.js';
import type { RunKind } from '../src/domain/outcome.js';
import type { Target } from '../src/runbook/targets.js';
import type { Services } from '../src/services.js';
import type { Conversation, LiveMessage, SubcommandResult } from '../src/subcommand.js';
import { runJson } from '../views/run-json.js';
import { runReportView } from '../views/run-report.js';
import { runningReportView } from '../views/running-report.js';
import { VERDICT_EXIT } from './exit-code.js';

/** Runs every check of a kind in one message that moves, and ends as the report. */
export async function runAndReport(
  kind: RunKind,
  target: Target,
  conversation: Conversation,
  services: Services,
): Promise<SubcommandResult> {
  const { locale } = conversation;
  const { strategy } = services.runbook;
  const progressOf = (checks: Parameters<typeof runningReportView>[0]['checks']) =>
    runningReportView({ strategy, target: target.name, kind, checks }, locale);

  let latest: Parameters<typeof progressOf>[0] = [];
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
    },
    () => {},
  );
  const { run, stored } = await running;
  const live = await posting;
  await live.finish(runReportView(run, { locale, stored }));
  if (stored) await supersedeOlderReports(run, live, conversation, services);
  return { exitCode: VERDICT_EXIT[run.verdict], json: runJson(run, locale) };
}

/** Reports of the same kind and target that stand above in the channel say from now on that they are history. */
async function supersedeOlderReports(
  run: CheckRun,
  live: LiveMessage,
  { channel, locale }: Conversation,
  { messages, runs, changeMessage, logger, now }: Services,
): Promise<void> {
  if (live.ref === undefined || changeMessage === undefined) return;
  try {
    const subject = `${run.kind} ${run.strategy} ${run.target}`;
    await messages.reserve({ key: run.runId, subject, channel, runId: run.runId }, now());
    await messages.markPosted(run.runId, live.ref.ts);
    for (const older of await messages.supersedeOlder(run.runId, now())) {
      const olderRun = older.runId === null ? undefined : await runs.get(older.runId);
      if (olderRun === undefined || older.ts === null) continue;
      const report = runReportView(olderRun, { locale, stored: true, supersededAt: run.asOf });
      await changeMessage({ channel: older.channel, ts: older.ts }, report);
    }
  } catch (error) {
    logger.warn({ err: error, runId: run.runId }, 'older reports could not be marked as superseded');
  }
}

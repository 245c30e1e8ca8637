import type { Services } from '../src/app/services.js';
import type { Report } from '../src/conversation/subcommand.js';
import type { CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import { runReportView } from '../views/run-report.js';
import { asksForAcknowledgement } from '../views/warnings.js';

/** A stored run's report as it reads now: with the warnings that were acknowledged since, and expired or not. */
export async function storedReport(
  run: CheckRun,
  locale: Locale,
  { acknowledgements, now }: Pick<Services, 'acknowledgements' | 'now'>,
): Promise<Report> {
  const known = asksForAcknowledgement(run) ? await acknowledgements.acknowledgedWarnings(run.runId) : [];
  return runReportView(run, {
    locale,
    stored: true,
    now: now().toISOString(),
    acknowledgements: known,
  });
}

import type { Services } from '../src/app/services.js';
import type { Report } from '../src/conversation/subcommand.js';
import type { CheckRun } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import type { StoredMessage } from '../src/messages/message-store.js';
import { runReportView } from '../views/run-report.js';
import { asksForAcknowledgement } from '../views/warnings.js';

/** A stored run's report as it reads now: with the warnings that were acknowledged since, and expired or not. */
export async function storedReport(
  run: CheckRun,
  { locale, supersededAt }: { readonly locale: Locale; readonly supersededAt?: string | undefined },
  { acknowledgements, now }: Pick<Services, 'acknowledgements' | 'now'>,
): Promise<Report> {
  const known = asksForAcknowledgement(run) ? await acknowledgements.acknowledgedWarnings(run.runId) : [];
  return runReportView(run, {
    locale,
    stored: true,
    now: now().toISOString(),
    acknowledgements: known,
    ...(supersededAt === undefined ? {} : { supersededAt }),
  });
}

/** Brings one standing message of a run up to date, from any replica. */
export async function refreshMessage(
  message: StoredMessage,
  run: CheckRun,
  locale: Locale,
  services: Pick<Services, 'acknowledgements' | 'changeMessage' | 'now'>,
): Promise<void> {
  if (message.ts === null || services.changeMessage === undefined) return;
  const supersededAt = message.supersededAt ?? undefined;
  const report = await storedReport(run, { locale, supersededAt }, services);
  await services.changeMessage({ channel: message.channel, ts: message.ts }, report);
}

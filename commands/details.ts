import { z } from 'zod';
import type { Services } from '../src/app/services.js';
import { UserError } from '../src/conversation/errors.js';
import type { Click } from '../src/conversation/subcommand.js';
import type { CheckRun } from '../src/domain/check-run.js';
import type { Modal } from '../src/domain/report.js';
import { isTradingFault } from '../src/trading/trading-database-error.js';
import { chartsReport } from '../views/charts.js';
import { reasonSentence } from '../views/check-sentence.js';
import {
  detailsGoneModal,
  detailsLoadingModal,
  detailsModal,
  type OnDemandAnswer,
} from '../views/details-modal.js';

const onDemandRequest = z.object({ runId: z.string(), checkId: z.string(), name: z.string() });

/** *Details* of a report: the stored evidence of each check, from any replica and at any later time. */
export async function openDetails(click: Click, services: Services): Promise<void> {
  await click.openModal(detailsLoadingModal(click.locale), async () => {
    const run = await services.runs.get(click.value);
    return run === undefined ? detailsGoneModal(click.locale) : modalOf(run, click, services);
  });
}

/** *Charts* of a report: in its thread, so that the report itself fits a phone. */
export async function replyWithCharts(click: Click, services: Services): Promise<void> {
  const run = await services.runs.get(click.value);
  if (run === undefined) throw new UserError('unknown_run', { id: click.value });
  const charts = chartsReport(run, click.locale);
  const message = await click.reply(charts);
  await message.finish(charts);
}

/** A figure that is worked out only when somebody asks, inside the modal of *Details*. */
export async function showOnDemand(click: Click, services: Services): Promise<void> {
  const request = onDemandRequest.parse(JSON.parse(click.value));
  const run = await services.runs.get(request.runId);
  const target = run === undefined ? undefined : services.targets.targets.get(run.target);
  if (run === undefined || target === undefined) {
    await click.modal?.update(detailsGoneModal(click.locale));
    return;
  }
  const answer = await answerOf(request, click, async () =>
    services.checks.onDemand(target, request.checkId, request.name),
  );
  await click.modal?.update(modalOf(run, click, services, answer));
}

async function answerOf(
  { checkId }: { checkId: string },
  click: Click,
  work: () => Promise<OnDemandAnswer['rows']>,
): Promise<OnDemandAnswer> {
  try {
    return { checkId, rows: await work(), error: '' };
  } catch (error) {
    if (!isTradingFault(error)) throw error;
    const facts = { ...error.facts, code: error.code };
    return {
      checkId,
      rows: undefined,
      error: reasonSentence({ code: 'database_error', facts }, click.locale),
    };
  }
}

function modalOf(run: CheckRun, click: Click, { runbook }: Services, answer?: OnDemandAnswer): Modal {
  const checks = runbook.sections.flatMap((section) => section.checks);
  const titleOf = (checkId: string, name: string) =>
    checks.find(({ id }) => id === checkId)?.onDemand.get(name)?.title[click.locale] ?? name;
  return detailsModal(run, click.locale, titleOf, answer);
}

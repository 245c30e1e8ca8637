import type { Locale } from '../src/domain/localized.js';
import type { PreviousModelAnswer, PreviousModelPlan } from '../src/domain/previous-model.js';
import type { Block, Modal, Report } from '../src/domain/report.js';
import { actions, code, escapeMrkdwn, section } from './blocks.js';
import { hostFaultText } from './host-fault.js';
import { slackTime } from './moments.js';
import { DISABLE_CONFIRMED_ACTION, RESTORE_ACTION } from './rollback-buttons.js';
import { textFor } from './text/index.js';
import { withdrawnSentence } from './withdrawn-model.js';

const PREVIOUS_MODEL_CALLBACK = 'rollback:previous';
export const REASON_CALLBACK = 'rollback:reason';
export const REASON_INPUT = { block: 'reason', action: 'text' } as const;

/** What a click on *Restore* carries: only what was shown is restored. */
interface RestoreRequest {
  readonly target: string;
  readonly releaseId: string;
}

export const previousModelLoadingModal = (locale: Locale): Modal =>
  modal([section(`⏳ ${textFor(locale).rollback.previous.looking}`)], locale);

/** Shows what would be restored, and asks once; or says why it cannot. */
export function previousModelModal(answer: PreviousModelAnswer, locale: Locale): Modal {
  if (answer.kind !== 'plan')
    return modal([section(escapeMrkdwn(previousModelSentence(answer, locale)))], locale);
  const { plan } = answer;
  const { button } = textFor(locale).rollback;
  const request: RestoreRequest = { target: plan.target, releaseId: plan.releaseId };
  const restore = {
    actionId: RESTORE_ACTION,
    text: button.restore,
    value: JSON.stringify(request),
    style: 'danger',
  } as const;
  return modal([...previousModelBlocks(plan, locale), actions(restore)], locale);
}

/** The plan without its button: also for a terminal. */
export function previousModelBlocks(plan: PreviousModelPlan, locale: Locale): readonly Block[] {
  const { previous } = textFor(locale).rollback;
  const hosts = plan.hosts.map(({ host, path, sha256, restoreFrom }) => {
    const line = previous.host(host, path, sha256.slice(0, 16));
    return `• ${escapeMrkdwn(restoreFrom === null ? line : `${line} (${previous.putBack})`)}`;
  });
  const untried =
    plan.untriedBinary.length === 0
      ? []
      : [`⚠ *${previous.untried(plan.untriedBinary.map(code).join(', '))}*`];
  return [
    section(`*${previous.restores(slackTime(plan.confirmedAt, 'date_short_pretty'))}*\n${hosts.join('\n')}`),
    section([previous.verified, ...untried, previous.flagStays].join('\n')),
  ];
}

/** Why there is nothing to restore. */
export function previousModelSentence(
  answer: Exclude<PreviousModelAnswer, { kind: 'plan' }>,
  locale: Locale,
): string {
  const { previous } = textFor(locale).rollback;
  switch (answer.kind) {
    case 'none':
      return previous.none;
    case 'withdrawn':
      return previous.withdrawn(withdrawnSentence(answer.model, locale));
    case 'runs_already':
      return previous.runsAlready;
    case 'artefact_missing':
      return previous.artefactMissing(answer.host, answer.path, answer.sha256);
    case 'used_by_other':
      return previous.usedByOther(answer.host, answer.path, answer.target);
    case 'host_away':
      return previous.hostAway(hostFaultText(answer.fault, locale));
    case 'database_away':
      return previous.databaseAway;
  }
}

export const rollbackNoteModal = (note: 'changed' | 'started', locale: Locale): Modal =>
  modal([section(textFor(locale).rollback.previous[note])], locale);

export const rollbackReportModal = ({ blocks }: Pick<Report, 'blocks'>, locale: Locale): Modal =>
  modal(blocks, locale);

/** For a target that wants a second click before *Disable now* acts. */
export function confirmDisableModal(target: string, locale: Locale): Modal {
  const { confirm, button } = textFor(locale).rollback;
  const disable = {
    actionId: DISABLE_CONFIRMED_ACTION,
    text: button.disable,
    value: target,
    style: 'danger',
  } as const;
  return modal(
    [section(`*${confirm.title}*\n${escapeMrkdwn(confirm.text(target))}`), actions(disable)],
    locale,
  );
}

function modal(blocks: readonly Block[], locale: Locale): Modal {
  return {
    callbackId: PREVIOUS_MODEL_CALLBACK,
    title: textFor(locale).rollback.kind.previous_model,
    close: textFor(locale).report.button.close,
    blocks,
  };
}

/** Asked after the halt, never before it. */
export function reasonModal(haltId: string, locale: Locale): Modal {
  const { reasonModal: text } = textFor(locale).rollback;
  const element = {
    type: 'plain_text_input',
    action_id: REASON_INPUT.action,
    multiline: true,
    max_length: 500,
  };
  const label = { type: 'plain_text', text: text.label };
  return {
    callbackId: REASON_CALLBACK,
    title: text.title,
    submit: text.submit,
    close: text.close,
    privateMetadata: haltId,
    blocks: [{ type: 'input', block_id: REASON_INPUT.block, label, element }],
  };
}

import type { Locale } from '../src/domain/localized.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Block, Modal } from '../src/domain/report.js';
import { actions, clip, LIMITS, section } from './blocks.js';
import { acknowledgedText, type PlanView, planReportView } from './release-plan.js';
import { refusalView } from './release-sentence.js';
import { textFor } from './text/index.js';

export const PLAN_CALLBACK = 'deploy:plan';
export const REJECT_CALLBACK = 'deploy:reject_form';
/** Of the first ten warnings; those after them have blocks of their own, whose ids begin alike. */
export const ACKNOWLEDGE_BLOCK = 'acknowledge';
/** Slack's limit of one element. */
const MAX_CHECKBOXES = 10;

interface PlanModal extends PlanView {
  readonly toAcknowledge: readonly string[];
  /** Travels with the modal: what is asked for when it is submitted. */
  readonly privateMetadata: string;
  /** Whether the person may skip the approvals, and the model allows it. */
  readonly mayBreakGlass: boolean;
  /** Why its approval cannot be requested now. */
  readonly obstacle?: ReleaseRefusal;
  /** Shown above: why this is not the plan that the person saw before. */
  readonly notice?: ReleaseRefusal;
}

/** The plan with its verdict; it can be requested where the verdict allows it. */
export function deployPlanModal(view: PlanModal, locale: Locale): Modal {
  const text = textFor(locale).release;
  const { verdict } = view.run;
  const isFit = verdict === 'GO' || verdict === 'GO_WITH_WARNINGS';
  const canRequest = isFit && view.obstacle === undefined;
  const notice = view.notice === undefined ? [] : refusalView([view.notice], locale).blocks;
  const evidence = [...notice, ...planReportView(view, locale).blocks];
  const answers: Block[] = [
    ...(canRequest ? acknowledgeBlocks(view, locale) : []),
    ...(isFit ? [] : [section(`*${text.plan.notRequestable(textFor(locale).report.verdict[verdict])}*`)]),
    ...(view.obstacle === undefined ? [] : refusalView([view.obstacle], locale).blocks),
    ...(view.mayBreakGlass ? [breakGlassBlock(locale)] : []),
  ];
  return {
    callbackId: PLAN_CALLBACK,
    title: clip(`${text.plan.title} · ${view.plan.target}`, LIMITS.modalTitle),
    close: canRequest ? text.button.cancel : textFor(locale).report.button.close,
    ...(canRequest ? { submit: text.button.requestApproval } : {}),
    privateMetadata: view.privateMetadata,
    // The evidence fits a message, which is half of what a modal may hold.
    blocks: [...evidence, ...answers],
  };
}

/** One box for each warning, by name, and one for what was edited without a restart. */
function acknowledgeBlocks({ toAcknowledge, run }: PlanModal, locale: Locale): readonly Block[] {
  const { plan: text } = textFor(locale).release;
  const options = toAcknowledge.map((subject) => {
    const chapter = run.checks.find(({ id }) => id === subject)?.section ?? '';
    const label = `${chapter} ${acknowledgedText(subject, run, locale)}`;
    return { text: { type: 'plain_text', text: clip(label.trim(), 75) }, value: subject };
  });
  const groups = Array.from({ length: Math.ceil(options.length / MAX_CHECKBOXES) }, (_, index) =>
    options.slice(index * MAX_CHECKBOXES, (index + 1) * MAX_CHECKBOXES),
  );
  return groups.map((group, index) => ({
    type: 'input',
    block_id: index === 0 ? ACKNOWLEDGE_BLOCK : `${ACKNOWLEDGE_BLOCK}-${index + 1}`,
    label: { type: 'plain_text', text: text.acknowledge },
    element: { type: 'checkboxes', action_id: 'choice', options: group },
  }));
}

function breakGlassBlock(locale: Locale): Block {
  const { button, confirm } = textFor(locale).release;
  return actions({
    actionId: 'deploy:break_glass',
    text: button.breakGlass,
    value: 'break_glass',
    style: 'danger',
    confirm: { title: confirm.glassTitle, text: confirm.glassText, yes: confirm.glassYes, no: confirm.no },
  });
}

/** What became of it, in the place of the form. */
export function deployNoteModal(target: string, blocks: readonly Block[], locale: Locale): Modal {
  return {
    callbackId: PLAN_CALLBACK,
    title: clip([textFor(locale).release.form.title, target].filter(Boolean).join(' · '), LIMITS.modalTitle),
    close: textFor(locale).report.button.close,
    blocks,
  };
}

/** Asks for the reason of a rejection. */
export function rejectModal(privateMetadata: string, locale: Locale): Modal {
  const { form, button } = textFor(locale).release;
  return {
    callbackId: REJECT_CALLBACK,
    title: clip(form.rejectTitle, LIMITS.modalTitle),
    submit: clip(button.reject.replace('…', ''), LIMITS.modalTitle),
    close: button.cancel,
    privateMetadata,
    blocks: [
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: form.rejectReason },
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 1000 },
      },
    ],
  };
}

import { z } from 'zod';
import type {
  Click,
  Conversation,
  ModalValues,
  Submission,
  SubmissionAnswer,
} from '../src/conversation/subcommand.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Modal } from '../src/domain/report.js';
import type { CheckedPlan } from '../src/release/check-plan.js';
import { refuseUnlessPromoted } from '../src/release/promotion.js';
import type { RequestResult, RequestWish } from '../src/release/request-release.js';
import { ACKNOWLEDGE_BLOCK, deployNoteModal, deployPlanModal } from '../views/deploy-plan-modal.js';
import { noteView, refusalAsText, refusalView } from '../views/release-sentence.js';
import { textFor } from '../views/text/index.js';
import { blockOfRefusal, readFormMetadata, targetOfForm, wishOfForm } from './deploy-form.js';
import { type DeployServices, planViewOf } from './deploy-services.js';

/** What the modal with the plan carries, so that exactly the plan that was seen is asked for. */
const planMetadata = z.object({
  target: z.string(),
  runId: z.string(),
  digest: z.string(),
  supersedes: z.string().optional(),
  wish: z.object({
    model: z.string().optional(),
    modelVersion: z.string().optional(),
    binary: z.string().optional(),
    settings: z.record(z.string(), z.string()),
    reason: z.string(),
  }),
});

/** Slack's bound for what a modal carries along. */
const MAX_METADATA = 3000;

/** The form was filled in: the plan and its verdict take its place. */
export async function submitDeployForm(
  submission: Submission,
  services: DeployServices,
): Promise<SubmissionAnswer> {
  const { values, person, locale } = submission;
  const target = targetOfForm(submission.privateMetadata, services);
  if (target === undefined) return noted('', [{ code: 'request_unknown' }], locale);
  const wish = wishOfForm(values);
  if (wish.reason.trim() === '') {
    const refusal: ReleaseRefusal = { code: 'reason_missing' };
    return { kind: 'errors', errors: { [blockOfRefusal(refusal, values)]: refusalAsText(refusal, locale) } };
  }
  const checked = await services.releases.plan(wish, target, person);
  if (checked.kind === 'checked') {
    const supersedes = readFormMetadata(submission.privateMetadata).supersedes?.requestId;
    const asked = { wish, target, supersedes };
    return { kind: 'update', modal: await planModal(checked, asked, submission, services) };
  }
  const errors = checked.refusals.map(
    (refusal) => [blockOfRefusal(refusal, values), refusalAsText(refusal, locale)] as const,
  );
  return { kind: 'errors', errors: joinByBlock(errors) };
}

function joinByBlock(errors: readonly (readonly [string, string])[]): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [block, text] of errors)
    joined[block] = joined[block] === undefined ? text : `${joined[block]} ${text}`;
  return joined;
}

type PlanWish = Pick<RequestWish, 'wish' | 'target' | 'supersedes'>;

async function planModal(
  checked: CheckedPlan,
  { wish, target, supersedes }: PlanWish,
  { person, locale }: Pick<Conversation, 'person' | 'locale'>,
  services: DeployServices,
  notice?: ReleaseRefusal,
): Promise<Modal> {
  const { run, digest, toAcknowledge } = checked;
  const privateMetadata = JSON.stringify({ target: target.name, runId: run.runId, digest, supersedes, wish });
  if (privateMetadata.length > MAX_METADATA) {
    return deployNoteModal(target.name, refusalView([{ code: 'too_much_text' }], locale).blocks, locale);
  }
  const mayBreakGlass = await services.releases.mayBreakGlass(person, run);
  const obstacle =
    (await services.releases.obstacle(target, person, 'ordinary', supersedes)) ??
    refuseUnlessPromoted(checked.promotion)?.refusal;
  const shown = {
    ...planViewOf(checked, wish, target, services),
    toAcknowledge,
    privateMetadata,
    mayBreakGlass,
    ...(obstacle === undefined ? {} : { obstacle }),
  };
  return deployPlanModal(notice === undefined ? shown : { ...shown, notice }, locale);
}

/** What a box beside it takes away. */
const UNTICKED: readonly ReleaseRefusal['code'][] = ['not_acknowledged', 'changes_other_target'];

/** *Request approval*. */
export async function submitPlan(
  submission: Submission,
  services: DeployServices,
): Promise<SubmissionAnswer> {
  const { privateMetadata, values, person, locale } = submission;
  const asked = readPlan(privateMetadata, services);
  if (asked === undefined) return noted('', [{ code: 'request_unknown' }], locale);
  const acknowledged = acknowledgedIn(values);
  const result = await services.releases.request({ ...asked, by: person, acknowledged });
  const isUnticked =
    result.kind === 'refused' && 'refusal' in result && UNTICKED.includes(result.refusal.code);
  // Slack takes an error only beside an input that the modal has; a plan without one is shown anew instead.
  if (isUnticked && ACKNOWLEDGE_BLOCK in values) {
    return { kind: 'errors', errors: { [ACKNOWLEDGE_BLOCK]: refusalAsText(result.refusal, locale) } };
  }
  return { kind: 'update', modal: await modalAfter(result, asked, submission, services) };
}

/** *Break the glass*, inside the modal with the plan. */
export async function breakGlass(click: Click, services: DeployServices): Promise<void> {
  const { modal, person } = click;
  const asked = modal === undefined ? undefined : readPlan(modal.privateMetadata, services);
  if (modal === undefined || asked === undefined) return;
  const acknowledged = acknowledgedIn(modal.values);
  const result = await services.releases.breakGlass({ ...asked, by: person, acknowledged });
  await modal.update(await modalAfter(result, asked, click, services));
}

async function modalAfter(
  result: RequestResult,
  asked: PlanWish,
  conversation: Pick<Conversation, 'person' | 'locale'>,
  services: DeployServices,
): Promise<Modal> {
  const { locale, person } = conversation;
  const { wish, target } = asked;
  if (result.kind === 'requested') {
    const { request: text } = textFor(locale).release;
    const channel = `<#${target.channels?.reports ?? ''}>`;
    const sentence = result.request.kind === 'ordinary' ? text.posted(channel) : text.started;
    return deployNoteModal(target.name, noteView(`✅ ${sentence}`).blocks, locale);
  }
  const refusals = 'refusal' in result ? [result.refusal] : result.refusals;
  const [first] = refusals;
  if (first?.code === 'content_changed') {
    const checked = await services.releases.plan(wish, target, person);
    if (checked.kind === 'checked') return planModal(checked, asked, conversation, services, first);
  }
  return deployNoteModal(target.name, refusalView(refusals, locale).blocks, locale);
}

function readPlan(privateMetadata: string, { targets }: DeployServices) {
  const { target: name, runId, digest, supersedes, wish } = planMetadata.parse(JSON.parse(privateMetadata));
  const target = targets.targets.get(name);
  if (target === undefined) return undefined;
  const { model, modelVersion, binary, settings, reason } = wish;
  return { target, runId, digest, supersedes, wish: { model, modelVersion, binary, settings, reason } };
}

function acknowledgedIn(values: ModalValues): readonly string[] {
  return Object.entries(values)
    .filter(([blockId]) => blockId.startsWith(ACKNOWLEDGE_BLOCK))
    .flatMap(([, { choice = [] }]) => choice);
}

function noted(
  target: string,
  refusals: readonly ReleaseRefusal[],
  locale: Conversation['locale'],
): SubmissionAnswer {
  return { kind: 'update', modal: deployNoteModal(target, refusalView(refusals, locale).blocks, locale) };
}

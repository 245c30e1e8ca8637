import { z } from 'zod';
import type { Click, Conversation, ModalValues } from '../src/conversation/subcommand.js';
import type { DeployWish } from '../src/domain/deploy-wish.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import { isDecided } from '../src/domain/release-request.js';
import type { Modal } from '../src/domain/report.js';
import { settingFault } from '../src/release/check-wish.js';
import type { Target } from '../src/runbook/targets.js';
import { section } from '../views/blocks.js';
import {
  type DeployForm,
  deployFormModal,
  deployWaitModal,
  FORM_BLOCKS,
  KEEP,
  VALUE_ACTION,
} from '../views/deploy-form.js';
import { deployNoteModal } from '../views/deploy-plan-modal.js';
import { supersedeBlock, withdrawBlock } from '../views/release-request.js';
import { refusalView } from '../views/release-sentence.js';
import { textFor } from '../views/text/index.js';
import type { DeployServices } from './deploy-services.js';
import { parseTarget } from './target-argument.js';

const formMetadata = z.object({
  target: z.string(),
  supersedes: z.object({ requestId: z.string(), by: z.string() }).exactOptional(),
});
type Supersedes = z.output<typeof formMetadata>['supersedes'];

/**
 * Opens the form at once and fills it in as soon as the staging folder has been looked at.
 * @param wanted the model to begin with, else the newest: where other bytes stand there, or none, a sentence says so
 *   instead of the form.
 * @param supersedes the waiting request in whose place it is asked for
 */
export async function openDeployForm(
  open: NonNullable<Conversation['openModal']>,
  { person, locale }: Pick<Conversation, 'person' | 'locale'>,
  target: Target,
  services: DeployServices,
  { wanted, supersedes }: { readonly wanted?: WantedModel; readonly supersedes?: Supersedes } = {},
): Promise<void> {
  await open(deployWaitModal(target.name, 'loading', locale), async (): Promise<Modal> => {
    const inPlaceOf = supersedes?.requestId;
    const obstacle = await services.releases.obstacle(target, person, 'ordinary', inPlaceOf);
    // Whoever may skip the approvals may do so where nothing else could be asked for, e.g. before a review.
    const isShut =
      obstacle !== undefined && (await services.releases.obstacle(target, person, 'break_glass', inPlaceOf));
    if (isShut) return obstacleModal(obstacle, target, { person, locale }, services);
    const staged = await services.releases.staged(target);
    if (wanted === undefined) {
      const form = await emptyForm(target, staged, staged.models[0]?.name ?? KEEP, services);
      return deployFormModal({ ...form, supersedes }, locale);
    }
    const models = staged.models.map((model) => (isThe(wanted, model) ? withVersion(model, wanted) : model));
    if (!models.some((model) => isThe(wanted, model))) {
      const gone = textFor(locale).release.form.modelGone(wanted.model, wanted.sha256.slice(0, 12));
      return deployNoteModal(target.name, [section(gone)], locale);
    }
    const form = await emptyForm(target, { ...staged, models }, wanted.model, services);
    return deployFormModal({ ...form, supersedes }, locale);
  });
}

/** A request that stands in the way can be withdrawn here, since its message may be gone, or superseded by an operator. */
async function obstacleModal(
  obstacle: ReleaseRefusal,
  target: Target,
  { person, locale }: Pick<Conversation, 'person' | 'locale'>,
  { releases }: DeployServices,
): Promise<Modal> {
  const { blocks } = refusalView([obstacle], locale);
  const live = obstacle.code === 'request_exists' ? await releases.live(target.name) : undefined;
  if (live === undefined || isDecided(live)) return deployNoteModal(target.name, blocks, locale);
  const supersede = (await releases.maySupersede(person)) ? [supersedeBlock(live, locale)] : [];
  return deployNoteModal(target.name, [...blocks, withdrawBlock(live, locale), ...supersede], locale);
}

async function emptyForm(
  target: Target,
  staged: DeployForm['staged'],
  model: string,
  { runbook, releases, now }: DeployServices,
): Promise<DeployForm> {
  // What a release sets itself, or what only a halt may set.
  const notByHand = [runbook.flag.variable, runbook.model?.path, runbook.model?.version];
  const variables = new Map([...runbook.variables].filter(([name]) => !notByHand.includes(name)));
  const nothing = { picked: new Map(), faults: new Map() };
  const chosen = staged.models.find(({ name }) => name === model);
  const [promotion, frozen] = await Promise.all([
    releases.promotion(target, chosen),
    releases.frozen(target),
  ]);
  return {
    strategy: runbook.strategy,
    target: target.name,
    staged,
    variables,
    model,
    ...nothing,
    promotion,
    frozen,
    now: now(),
  };
}

/** What a training has judged: a file of that name with other bytes is another model. */
const wantedModel = z.object({ model: z.string(), sha256: z.string(), version: z.string() });
type WantedModel = z.infer<typeof wantedModel>;
const prefillRequest = wantedModel.extend({ target: z.string() });

type Staged = DeployForm['staged']['models'][number];

const isThe = (wanted: WantedModel, { name, sha256 }: Staged): boolean =>
  name === wanted.model && sha256 === wanted.sha256;

/** The version that its training was started with, where its trainer wrote none. */
const withVersion = (model: Staged, { version }: WantedModel): Staged => ({
  ...model,
  meta: { horizon: undefined, metrics: {}, ...model.meta, version: model.meta?.version ?? version },
});

/** *Request deploy* beside a model that has just been trained: the form, with that model chosen. */
export async function openPrefilledForm(click: Click, services: DeployServices): Promise<void> {
  const { target, ...wanted } = prefillRequest.parse(JSON.parse(click.value));
  const known = parseTarget([target], services.targets, '[target]');
  await openDeployForm(click.openModal, click, known, services, { wanted });
}

/** *Ask in its place…* beside a request that waits: the form takes the place of the refusal. */
export async function openSupersedingForm(click: Click, services: DeployServices): Promise<void> {
  const { modal, locale } = click;
  const [name = '', requestId = ''] = click.value.split(' ');
  const target = parseTarget([name], services.targets, '[target]');
  const open: NonNullable<Conversation['openModal']> =
    modal === undefined
      ? click.openModal
      : async (waiting, later) => {
          await modal.update(waiting);
          await modal.update(await later());
        };
  const live = await services.releases.live(target.name);
  if (live?.requestId !== requestId) {
    const gone = deployNoteModal(name, [section(textFor(locale).release.form.supersedesGone)], locale);
    return open(gone, async () => gone);
  }
  await openDeployForm(open, click, target, services, {
    supersedes: { requestId, by: live.requestedBy.name },
  });
}

/** *Request restart* where a strategy is halted: turning it on again is a deploy. */
export async function openRestartForm(click: Click, services: DeployServices): Promise<void> {
  const target = parseTarget([click.value], services.targets, '[target]');
  await openDeployForm(click.openModal, click, target, services);
}

/** Draws the form anew after a choice, and says at once what is wrong with a value. */
export async function redrawDeployForm(click: Click, services: DeployServices): Promise<void> {
  const { modal, locale } = click;
  if (modal === undefined) return;
  const { supersedes } = readFormMetadata(modal.privateMetadata);
  const target = targetOfForm(modal.privateMetadata, services);
  if (target === undefined) return;
  const staged = await services.releases.staged(target);
  const form = await emptyForm(target, staged, textOf(modal.values, FORM_BLOCKS.model) ?? KEEP, services);
  const typed = readSettings(modal.values);
  const model = form.model === KEEP ? undefined : form.model;
  const faults = Object.entries(typed).flatMap(([name, value]): [string, ReleaseRefusal][] => {
    const fault = value === undefined ? undefined : settingFault(name, value, { model }, services.runbook);
    return fault === undefined ? [] : [[name, fault]];
  });
  const filled = { ...form, supersedes, picked: new Map(Object.entries(typed)), faults: new Map(faults) };
  await modal.update(deployFormModal(filled, locale));
}

export function targetOfForm(privateMetadata: string, { targets }: DeployServices): Target | undefined {
  return targets.targets.get(readFormMetadata(privateMetadata).target);
}

/** Which target a form is about, and in whose place it asks. */
export const readFormMetadata = (privateMetadata: string) => formMetadata.parse(JSON.parse(privateMetadata));

/** What the form says; a value that was picked but not typed is ''. */
export function wishOfForm(values: ModalValues): DeployWish {
  const model = textOf(values, FORM_BLOCKS.model) ?? KEEP;
  const binary = textOf(values, FORM_BLOCKS.binary) ?? KEEP;
  const settings = Object.entries(readSettings(values)).map(([name, value]) => [name, value?.trim() ?? '']);
  return {
    model: model === KEEP ? undefined : model,
    modelVersion: model === KEEP ? undefined : (textOf(values, versionBlock(values)) ?? ''),
    binary: binary === KEEP ? undefined : binary,
    settings: Object.fromEntries(settings),
    reason: textOf(values, FORM_BLOCKS.reason) ?? '',
  };
}

/** Where a refusal is shown: beside the input that it is about. */
export function blockOfRefusal({ code, facts = {} }: ReleaseRefusal, values: ModalValues): string {
  const ofVariable = `${FORM_BLOCKS.value}:${facts.variable}`;
  if (ofVariable in values) return ofVariable;
  if (code === 'version_missing') return versionBlock(values);
  if (code === 'reason_missing') return FORM_BLOCKS.reason;
  const isBinary = code.startsWith('artefact_') && facts.name === textOf(values, FORM_BLOCKS.binary);
  return isBinary || code === 'no_binary_path' ? FORM_BLOCKS.binary : FORM_BLOCKS.model;
}

const versionBlock = (values: ModalValues): string =>
  Object.keys(values).find((id) => id.startsWith(`${FORM_BLOCKS.version}:`)) ?? FORM_BLOCKS.version;

/** By variable: what was typed; undefined where it was picked just now. */
function readSettings(values: ModalValues): Readonly<Record<string, string | undefined>> {
  const picked = Object.values(values[FORM_BLOCKS.variables] ?? {}).flatMap((value) => value ?? []);
  return Object.fromEntries(
    picked.map((name) => {
      const typed = values[`${FORM_BLOCKS.value}:${name}`]?.[VALUE_ACTION];
      return [name, typeof typed === 'string' ? typed : undefined];
    }),
  );
}

/** The only element of a block as text. */
function textOf(values: ModalValues, blockId: string): string | undefined {
  const [value] = Object.values(values[blockId] ?? {});
  return typeof value === 'string' ? value : undefined;
}

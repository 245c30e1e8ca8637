import { formatDistanceStrict } from 'date-fns/formatDistanceStrict';
import { zhCN } from 'date-fns/locale/zh-CN';
import type { Frozen } from '../src/domain/frozen.js';
import type { Locale } from '../src/domain/localized.js';
import type { Promotion } from '../src/domain/promotion.js';
import type { ReleaseRefusal } from '../src/domain/release-refusal.js';
import type { Block, Modal } from '../src/domain/report.js';
import type { StagedFiles, StagedModel } from '../src/domain/staged-files.js';
import type { VariableDefinition } from '../src/domain/variable.js';
import { clip, code, context, escapeMrkdwn, LIMITS, section } from './blocks.js';
import { frozenBlocks } from './freeze.js';
import { promotionBlocks } from './promotion.js';
import { sizeText } from './release-plan.js';
import { refusalSentence } from './release-sentence.js';
import { textFor } from './text/index.js';

export const FORM_CALLBACK = 'deploy:form';
/** Choosing a model, or which variables change, draws the form anew. */
export const REDRAW_ACTION = 'deploy:redraw';
/** Typing a value shows at once what is wrong with it. */
export const VALUE_ACTION = 'deploy:value';
/** The option that stands for "leave it as it is". */
export const KEEP = '-';

/** Block ids of the form; a value's block is named after its variable, the version's after the model it came from. */
export const FORM_BLOCKS = {
  model: 'model',
  version: 'version',
  binary: 'binary',
  variables: 'variables',
  value: 'value',
  reason: 'reason',
} as const;

export interface DeployForm {
  readonly strategy: string;
  readonly target: string;
  readonly staged: StagedFiles;
  /** Those that a person may change, by name without the prefix. */
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  /** A file name, or `KEEP`. */
  readonly model: string;
  /** The variables that were picked, with what was typed so far. */
  readonly picked: ReadonlyMap<string, string | undefined>;
  /** What is wrong with what was typed, by variable. */
  readonly faults: ReadonlyMap<string, ReleaseRefusal>;
  /** What the chosen model has shown where it is promoted from. */
  readonly promotion?: Promotion | undefined;
  /** The waiting request in whose place this one is asked for. */
  readonly supersedes?: Superseded | undefined;
  /** What keeps a release from starting now. */
  readonly frozen?: Frozen | undefined;
  readonly now: Date;
}

interface Superseded {
  readonly requestId: string;
  readonly by: string;
}

const MAX_REASON = 1000;

const plain = (text: string, limit = 75) => ({ type: 'plain_text', text: clip(text, limit) });
const option = (text: string, value: string, description?: string) => ({
  text: plain(text),
  value,
  ...(description === undefined ? {} : { description: plain(description) }),
});

/** Which model, which version, which variables, and why. */
export function deployFormModal(form: DeployForm, locale: Locale): Modal {
  const { form: text, button } = textFor(locale).release;
  const model = form.staged.models.find(({ name }) => name === form.model);
  return {
    callbackId: FORM_CALLBACK,
    title: clip(`${text.title} · ${form.target}`, LIMITS.modalTitle),
    submit: button.makePlan,
    close: button.cancel,
    privateMetadata: JSON.stringify({ target: form.target, supersedes: form.supersedes }),
    blocks: [
      ...supersedesBlocks(form, locale),
      ...frozenBlocks(form.frozen, locale),
      ...modelBlocks(form, model, locale),
      ...(model === undefined ? [] : [versionBlock(model, locale)]),
      ...binaryBlocks(form, locale),
      ...variableBlocks(form, locale),
      {
        type: 'input',
        block_id: FORM_BLOCKS.reason,
        label: plain(text.reason),
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: MAX_REASON },
      },
    ],
  };
}

function supersedesBlocks({ supersedes }: DeployForm, locale: Locale): readonly Block[] {
  if (supersedes === undefined) return [];
  return [section(`⏭️ ${textFor(locale).release.form.supersedes(escapeMrkdwn(supersedes.by))}`)];
}

function modelBlocks(form: DeployForm, chosen: StagedModel | undefined, locale: Locale): readonly Block[] {
  const { form: text } = textFor(locale).release;
  const keep = option(text.keepModel, KEEP);
  const options = [
    ...form.staged.models.map((model) =>
      option(model.name, model.name, ageText(model.modifiedAt, form.now, locale)),
    ),
    keep,
  ];
  const element = {
    type: 'static_select',
    action_id: REDRAW_ACTION,
    options,
    initial_option: options.find(({ value }) => value === form.model) ?? keep,
  };
  return [
    { type: 'input', block_id: FORM_BLOCKS.model, dispatch_action: true, label: plain(text.model), element },
    ...(form.staged.models.length === 0 ? [context(text.noStaged)] : []),
    ...(chosen === undefined ? [] : [context(modelFacts(chosen, form.now, locale))]),
    ...promotionBlocks(form.promotion, locale),
    ...skippedBlocks(form.staged, locale),
  ];
}

/** So many files that are not offered are named; a name as far as one still knows it. */
const MAX_SKIPPED = 8;
const MAX_SKIPPED_NAME = 60;

function skippedBlocks({ skipped }: StagedFiles, locale: Locale): readonly Block[] {
  if (skipped.length === 0) return [];
  const { skipped: text, andMore } = textFor(locale).release.form;
  const names = skipped
    .slice(0, MAX_SKIPPED)
    .map(({ name, why }) => `${code(clip(name, MAX_SKIPPED_NAME))} (${text[why]})`);
  const more = skipped.length > MAX_SKIPPED ? [andMore(skipped.length - MAX_SKIPPED)] : [];
  return [context(`⚠ ${text.title}: ${[...names, ...more].join(', ')}`)];
}

function ageText(at: Date, now: Date, locale: Locale): string {
  const options = locale === 'zh-CN' ? { locale: zhCN } : {};
  return textFor(locale).release.form.age(formatDistanceStrict(at, now, options));
}

/** Size, hash, age, and what the training measured. */
function modelFacts({ size, sha256, modifiedAt, meta }: StagedModel, now: Date, locale: Locale): string {
  const metrics = Object.entries(meta?.metrics ?? {}).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(4))}`,
  );
  const facts = [
    sizeText(size),
    ageText(modifiedAt, now, locale),
    `SHA-256 ${code(sha256.slice(0, 12))}`,
    ...(meta?.horizon === undefined ? [] : [meta.horizon]),
    ...metrics.slice(0, 8),
  ];
  return facts.join(' · ');
}

/** Its block id changes with the model: Slack keeps what was typed in a block whose id stays. */
function versionBlock({ name, meta }: StagedModel, locale: Locale): Block {
  const { form: text } = textFor(locale).release;
  const initial = meta?.version === undefined ? {} : { initial_value: clip(meta.version, 200) };
  return {
    type: 'input',
    block_id: `${FORM_BLOCKS.version}:${name}`,
    label: plain(text.version),
    hint: plain(text.versionHint),
    element: { type: 'plain_text_input', action_id: 'text', max_length: 200, ...initial },
  };
}

function binaryBlocks({ staged, now }: DeployForm, locale: Locale): readonly Block[] {
  if (staged.binaries.length === 0) return [];
  const { form: text } = textFor(locale).release;
  const keep = option(text.keepBinary, KEEP);
  const options = [
    keep,
    ...staged.binaries.map(({ name, size, modifiedAt, sha256 }) =>
      option(name, name, `${sizeText(size)} · ${ageText(modifiedAt, now, locale)} · ${sha256.slice(0, 12)}`),
    ),
  ];
  const element = { type: 'static_select', action_id: 'choice', options, initial_option: keep };
  return [{ type: 'input', block_id: FORM_BLOCKS.binary, label: plain(text.binary), element }];
}

function variableBlocks(form: DeployForm, locale: Locale): readonly Block[] {
  const { form: text } = textFor(locale).release;
  const offered = [...form.variables].filter(([, definition]) => hasChoice(definition));
  const options = offered.map(([name]) => option(name, name));
  if (options.length === 0) return [];
  const picked = options.filter(({ value }) => form.picked.has(value));
  const element = {
    type: 'multi_static_select',
    action_id: REDRAW_ACTION,
    options,
    ...(picked.length === 0 ? {} : { initial_options: picked }),
  };
  return [
    {
      type: 'input',
      block_id: FORM_BLOCKS.variables,
      optional: true,
      dispatch_action: true,
      label: plain(text.settings),
      hint: plain(text.settingsHint),
      element,
    },
    ...[...form.picked].flatMap(([name, value]) => valueBlocks(form, name, value, locale)),
  ];
}

/** What has one word alone cannot be changed: picked, it would ask for a value that changes nothing. */
const hasChoice = (definition: VariableDefinition): boolean =>
  definition.type !== 'enum' || Object.keys(definition.values).length > 1;

function valueBlocks(
  { variables, faults }: DeployForm,
  name: string,
  value: string | undefined,
  locale: Locale,
): readonly Block[] {
  const definition = variables.get(name);
  if (definition === undefined) return [];
  const fault = faults.get(name);
  const hint = hintOf(definition, locale);
  return [
    {
      type: 'input',
      block_id: `${FORM_BLOCKS.value}:${name}`,
      dispatch_action: true,
      label: plain(name),
      ...(hint === '' ? {} : { hint: plain(hint, 150) }),
      element: valueElement(definition, value),
    },
    ...(fault === undefined ? [] : [section(`⚠ ${refusalSentence(fault, locale)}`)]),
  ];
}

function valueElement(definition: VariableDefinition, value: string | undefined) {
  if (definition.type === 'enum' || definition.type === 'boolean') {
    const words = definition.type === 'enum' ? Object.keys(definition.values) : ['true', 'false'];
    const options = words.map((word) => option(word, word));
    const chosen = options.find((one) => one.value === value);
    return {
      type: 'static_select',
      action_id: VALUE_ACTION,
      options,
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    };
  }
  return {
    type: 'plain_text_input',
    action_id: VALUE_ACTION,
    max_length: 500,
    dispatch_action_config: { trigger_actions_on: ['on_character_entered'] },
    ...(value === undefined ? {} : { initial_value: value }),
  };
}

function hintOf(definition: VariableDefinition, locale: Locale): string {
  const { form: text } = textFor(locale).release;
  const isNumber = definition.type === 'number' || definition.type === 'integer';
  const bounds = isNumber ? [definition.min, definition.max].filter((bound) => bound !== undefined) : [];
  return [
    ...(bounds.length === 2 ? [text.range(bounds.join(' – '))] : []),
    ...(definition.default === undefined ? [] : [text.default(definition.default)]),
  ].join(' · ');
}

/** What is shown while the staging folder or the hosts are looked at. */
export function deployWaitModal(target: string, what: 'loading' | 'planning', locale: Locale): Modal {
  const { form: text, button } = textFor(locale).release;
  return {
    callbackId: FORM_CALLBACK,
    title: clip(`${text.title} · ${target}`, LIMITS.modalTitle),
    close: button.cancel,
    blocks: [section(`⏳ ${text[what]}`)],
  };
}

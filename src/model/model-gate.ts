import type { ObservedRow } from '../domain/check-run.js';
import type { FaultCode } from '../domain/fault.js';
import { compareMetrics, untoldMetrics, worstLoss } from './compare-metrics.js';
import { inspectModel, type ModelInspection } from './inspect-model.js';
import { type MetaReading, type ModelMeta, readModelMeta } from './model-meta.js';
import { createTrialMemory } from './trial-memory.js';
import {
  DEFAULT_TRIAL_LIMITS,
  type TrialInput,
  type TrialLimits,
  type TrialResult,
  tryModel,
} from './try-model.js';

/** A model file, wherever it stands, and what it is held against. */
export interface ModelCandidate {
  /** In hex. */
  readonly sha256: string;
  /** Asked for only when the gate does not know this hash yet: a transfer may stand behind it. */
  readonly bytes: () => Promise<Buffer>;
  /** The text of its `NAME.meta.json`; undefined: there is none. */
  readonly meta: string | undefined;
  /** What a variable of the environment says of it, where one is set. */
  readonly expectedInputDim?: ExpectedInputDim | undefined;
  /** Another model runs, or would run at the next start: this one has to be held against it. */
  readonly isReplacing?: boolean | undefined;
  /** The text of that other model's `NAME.meta.json`; undefined: it has none. */
  readonly runningMeta?: string | undefined;
  /** Rows of what the market looks like now, with a column for each feature; undefined: they cannot be had now. */
  readonly typicalRows: () => Promise<readonly ObservedRow[] | undefined>;
}

/** What the gate saw of a model. `fault` is '' where the model is fit to serve; the check's conditions see the rest. */
export type ModelFinding = ObservedRow & { readonly fault: FaultCode | '' };

export interface ExpectedInputDim {
  /** Without its prefix. */
  readonly variable: string;
  readonly value: number;
}

export interface ModelGate {
  /** @throws ModelRuntimeMissing; whatever `bytes` throws. Everything that is the model's doing is a finding. */
  judge(candidate: ModelCandidate): Promise<ModelFinding>;
}

/** There is no ONNX Runtime on the bot's machine, so that nothing can be said about any model. */
export class ModelRuntimeMissing extends Error {
  override readonly name = 'ModelRuntimeMissing';
}

interface ModelGateOptions {
  readonly now: () => Date;
  readonly limits?: TrialLimits;
  readonly run?: (input: TrialInput, limits: TrialLimits) => Promise<TrialResult>;
}

interface Trial {
  readonly inspection: ModelInspection;
  readonly result: TrialResult | undefined;
  readonly typical: number;
  /** Features of its meta.json that no column of the market's rows holds: they stood at 0. */
  readonly unfed: readonly string[];
  /** What the market looks like was asked for and could not be had. */
  readonly isBlind: boolean;
}

const HOUR_MS = 3_600_000;
/** The clocks of bot and trainer may differ by that much. */
const CLOCK_TOLERANCE_MS = 2_000;
const DEFAULT_STEPS = 16;
/** Outputs that differ by less say the same about every input. */
const LEAST_SPREAD = 1e-6;

/**
 * Judges models. A model is tried once: what it does is remembered by its SHA-256 and what it was tried with, for an
 * hour; not what a busy machine may have done to it, nor a trial without the market's own values. Its age and its metrics are compared anew each time.
 */
export function createModelGate(options: ModelGateOptions): ModelGate {
  const { now, limits = DEFAULT_TRIAL_LIMITS, run = tryModel } = options;
  const memory = createTrialMemory<Trial>({ now, keepMs: HOUR_MS, capacity: 32, isLasting });

  return {
    async judge(candidate) {
      const reading = candidate.meta === undefined ? undefined : readModelMeta(candidate.meta);
      if (reading?.kind === 'unreadable')
        return fault('model_meta_unreadable', { because: reading.because, found: reading.found });
      const meta = reading?.meta;
      const features = meta?.features ?? [];
      const steps = meta?.steps ?? DEFAULT_STEPS;
      const key = [candidate.sha256, steps, ...features].join('\n');
      const trial = await memory.recall(key, async () => {
        const bytes = await candidate.bytes();
        const inspection = inspectModel(bytes);
        if (inspection.kind !== 'onnx') {
          return { inspection, result: undefined, typical: 0, unfed: features, isBlind: false };
        }
        const rows = await candidate.typicalRows();
        const unfed = unfedFeatures(rows ?? [], features);
        const typical = unfed.length === features.length ? [] : inputsOf(rows ?? [], features);
        const result = await run({ bytes, typical, steps }, limits);
        if (result.kind === 'no_runtime') throw new ModelRuntimeMissing(result.because);
        return { inspection, result, typical: typical.length, unfed, isBlind: rows === undefined };
      });
      const facts = { ...trialFacts(trial), ...metaFacts(meta, candidate, now()) };
      const finding = findingOf(trial, meta, candidate, limits, facts);
      return finding.fault === '' ? (trainedInFuture(meta, now(), facts) ?? finding) : finding;
    },
  };
}

/** A busy machine may have ended the trial, and the market may be seen again in a moment. */
function isLasting({ result, isBlind }: Trial): boolean {
  return !isBlind && !['hangs', 'crashes', 'eats_memory'].includes(result?.kind ?? '');
}

/** Those that hold no number in any row. */
const unfedFeatures = (rows: readonly ObservedRow[], features: readonly string[]): readonly string[] =>
  features.filter((feature) => !rows.some((row) => Number.isFinite(numberOf(row[feature]))));

/** What a row does not hold stands at 0. */
const inputsOf = (
  rows: readonly ObservedRow[],
  features: readonly string[],
): readonly (readonly number[])[] =>
  rows.map((row) => features.map((feature) => numberOf(row[feature]) || 0));

const numberOf = (value: ObservedRow[string] | undefined): number =>
  typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;

const fault = (code: FaultCode, facts: ObservedRow): ModelFinding => ({ ...facts, fault: code });

function findingOf(
  { inspection, result }: Trial,
  meta: ModelMeta | undefined,
  { expectedInputDim }: ModelCandidate,
  limits: TrialLimits,
  facts: ObservedRow,
): ModelFinding {
  if (inspection.kind === 'external_data')
    return fault('model_external_data', { ...facts, location: inspection.location });
  if (inspection.kind === 'not_onnx') return fault('not_onnx', { ...facts, because: inspection.because });
  switch (result?.kind) {
    case 'hangs':
      return fault('model_hangs', { ...facts, limit_secs: limits.timeoutMs / 1000 });
    case 'eats_memory':
      return fault('model_eats_memory', {
        ...facts,
        limit_mib: Math.round(limits.memoryBytes / 1024 / 1024),
      });
    case 'crashes':
      return fault('model_crashes', { ...facts, because: result.because });
    case 'does_not_load':
      return fault('model_does_not_load', { ...facts, because: result.because });
    case 'unusable_shape':
      return fault('model_unusable_shape', { ...facts, because: result.because, found: result.found });
    case 'does_not_run':
      return wrongDimension(result, meta, expectedInputDim, facts) ?? doesNotRun(result.because, facts);
    case 'ran':
      return (
        wrongDimension(result, meta, expectedInputDim, facts) ??
        wrongOutput(result, facts) ?? { ...facts, fault: '' }
      );
    default:
      return doesNotRun('', facts);
  }
}

const doesNotRun = (because: string, facts: ObservedRow): ModelFinding =>
  fault('model_does_not_run', { ...facts, because });

/**
 * A sequence model may be described by the features of a step or by all values of a row. Where its meta.json tells the
 * steps, features times steps are all values.
 */
function wrongDimension(
  { inputDim, rowSize }: { inputDim: number; rowSize: number },
  meta: ModelMeta | undefined,
  expectedInputDim: ExpectedInputDim | undefined,
  facts: ObservedRow,
): ModelFinding | undefined {
  const { inputDim: told, features = [], steps } = meta ?? {};
  const either = [inputDim, rowSize];
  const said = [
    { source: 'meta.json (input_dim)', value: told, fits: either },
    steps === undefined
      ? { source: 'meta.json (features)', value: features.length || undefined, fits: either }
      : {
          source: 'meta.json (features × sequence_len)',
          value: features.length * steps || undefined,
          fits: [rowSize],
        },
    { source: expectedInputDim?.variable ?? '', value: expectedInputDim?.value, fits: either },
  ];
  const wrong = said.find(({ value, fits }) => value !== undefined && !fits.includes(value));
  if (wrong?.value === undefined) return undefined;
  return fault('model_input_dim_differs', { ...facts, expected_dim: wrong.value, source: wrong.source });
}

function wrongOutput(
  ran: Extract<TrialResult, { kind: 'ran' }>,
  facts: ObservedRow,
): ModelFinding | undefined {
  if (ran.notFinite > 0) return fault('model_output_not_finite', facts);
  if (ran.least < 0 || ran.most > 1) return fault('model_output_out_of_range', facts);
  return ran.spread < LEAST_SPREAD ? fault('model_output_constant', facts) : undefined;
}

/** Nobody has trained on data that is still to come: its clock is wrong, or its meta.json is about something else. */
function trainedInFuture(
  meta: ModelMeta | undefined,
  now: Date,
  facts: ObservedRow,
): ModelFinding | undefined {
  const moments = [
    { key: 'trained_to', moment: meta?.trainedTo },
    { key: 'trained_at', moment: meta?.trainedAt },
  ];
  const latest = now.getTime() + CLOCK_TOLERANCE_MS;
  const wrong = moments.find(({ moment }) => moment !== undefined && moment.getTime() > latest);
  if (wrong?.moment === undefined) return undefined;
  return fault('model_trained_in_future', { ...facts, key: wrong.key, moment: wrong.moment.toISOString() });
}

function trialFacts({ inspection, result, typical, unfed }: Trial): ObservedRow {
  const { producer, opset, nodes } = inspection.kind === 'onnx' ? inspection : NOTHING_INSPECTED;
  const about = { producer, opset, nodes, typical_rows: typical, features_unfed: shortList(unfed) };
  if (result?.kind !== 'ran') {
    return result?.kind === 'does_not_run' ? { ...about, input_dim: result.inputDim } : about;
  }
  const { inputDim, outputDim, inputs, values, notFinite, least, most } = result;
  return {
    ...about,
    input_dim: inputDim,
    output_dim: outputDim,
    tried_inputs: inputs,
    values,
    not_finite: notFinite,
    least_output: rounded(least),
    most_output: rounded(most),
  };
}

const SHOWN_FEATURES = 12;
const shortList = (names: readonly string[]): string =>
  [...names.slice(0, SHOWN_FEATURES), ...(names.length > SHOWN_FEATURES ? ['…'] : [])].join(', ');

const NOTHING_INSPECTED = { producer: '', opset: 0, nodes: 0 };

const rounded = (value: number): number => Number(value.toPrecision(6));

/** -1 and 0 stand for what is not known, because conditions cannot be held against nothing. */
function metaFacts(meta: ModelMeta | undefined, candidate: ModelCandidate, now: Date): ObservedRow {
  const running = candidate.runningMeta === undefined ? undefined : readModelMeta(candidate.runningMeta);
  const comparisons = meta === undefined ? [] : compareMetrics(meta, metaOf(running));
  const worst = worstLoss(comparisons);
  const { trainedTo, trainedAt } = meta ?? {};
  // When it was trained is later than its data: the data is at least so old.
  const until = trainedTo ?? trainedAt;
  return {
    has_meta: meta !== undefined,
    horizon: meta?.horizon ?? '',
    rows: meta?.rows ?? 0,
    trained_from: meta?.trainedFrom?.toISOString() ?? '',
    trained_to: trainedTo?.toISOString() ?? '',
    trained_at: trainedAt?.toISOString() ?? '',
    metrics: comparisons.map(({ name, candidate: ours, running: theirs }) => ({
      name,
      candidate: ours ?? null,
      running: theirs ?? null,
    })),
    data_age_hours: until === undefined ? -1 : ageInHours(until, now),
    age_from: trainedTo !== undefined ? 'trained_to' : trainedAt !== undefined ? 'trained_at' : 'unknown',
    data_span_hours: spanInHours(meta),
    compared: worst !== undefined,
    comparison_missing: candidate.isReplacing === true && worst === undefined,
    metrics_untold: untoldMetrics(comparisons).join(', '),
    worst_metric: worst?.name ?? '',
    metric_loss: worst === undefined ? 0 : rounded(worst.loss),
  };
}

/** What is ahead by a difference of clocks is of now. */
const ageInHours = (until: Date, now: Date): number =>
  Math.max(0, rounded((now.getTime() - until.getTime()) / HOUR_MS));

/** How much of the past it was trained on; -1 where meta.json does not tell both ends. */
function spanInHours({ trainedFrom, trainedTo }: Partial<ModelMeta> = {}): number {
  if (trainedFrom === undefined || trainedTo === undefined) return -1;
  return Math.max(0, rounded((trainedTo.getTime() - trainedFrom.getTime()) / HOUR_MS));
}

const metaOf = (reading: MetaReading | undefined): ModelMeta | undefined =>
  reading?.kind === 'meta' ? reading.meta : undefined;

import { z } from 'zod';
import type { UnusableModel } from '../domain/fault.js';
import type { MetricName } from '../domain/model-metrics.js';
import { parsePythonJson } from './python-json.js';

/** What a training writes beside a model, `NAME.meta.json`, as far as it matters here. */
export interface ModelMeta {
  readonly version: string | undefined;
  readonly horizon: string | undefined;
  readonly inputDim: number | undefined;
  /** Of one step, in the order of the inputs. */
  readonly features: readonly string[];
  /** Steps of a row, of a model over sequences: `inputDim` may count the features of one step or of all. */
  readonly steps: number | undefined;
  /** What is no finite number is not told. */
  readonly metrics: ModelMetrics;
  readonly rows: number | undefined;
  /** The span of the training data. */
  readonly trainedFrom: Date | undefined;
  readonly trainedTo: Date | undefined;
  readonly trainedAt: Date | undefined;
}

type ModelMetrics = Readonly<Partial<Record<MetricName, number>>>;

/** Far more than any trainer writes. */
export const MAX_META_BYTES = 1024 * 1024;
const MAX_FEATURES = 10_000;
const MAX_NAME = 500;

/** Python writes `null` for None; an empty text tells as little. */
const told = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());
/** Python writes `NaN` for a metric that it could not work out. */
const metric = (schema: z.ZodNumber) =>
  told(
    z
      .unknown()
      .transform((value) => (isNoNumber(value) ? undefined : value))
      .pipe(schema.optional()),
  );
const isNoNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isFinite(value);

const share = metric(z.number().min(0).max(1));
const name = z.string().max(MAX_NAME);
const names = told(z.array(name).max(MAX_FEATURES));
const steps = told(z.number().int().positive().max(10_000));
const moment = told(z.iso.datetime({ offset: true }).transform((text) => new Date(text)));
const metrics = z.object({
  'acc_at_0.5': share,
  accuracy: share,
  brier: share,
  brier_score: share,
  log_loss: metric(z.number().min(0)),
  auc: share,
});

// Trainers name some of these differently; other keys are theirs alone.
const metaSchema = z
  .object({
    version: told(name),
    horizon: told(name),
    input_dim: told(z.number().int().positive()),
    features: names,
    feature_order: names,
    sequence_length: steps,
    sequence_len: steps,
    metrics: told(metrics),
    rows: told(z.number().int().nonnegative()),
    trained_from: moment,
    trained_to: moment,
    trained_at: moment,
  })
  .transform(
    (meta): ModelMeta => ({
      version: meta.version,
      horizon: meta.horizon,
      inputDim: meta.input_dim,
      features: meta.features ?? meta.feature_order ?? [],
      steps: meta.sequence_length ?? meta.sequence_len,
      metrics: {
        ...given('accuracy', meta.metrics?.['acc_at_0.5'] ?? meta.metrics?.accuracy),
        ...given('brier', meta.metrics?.brier ?? meta.metrics?.brier_score),
        ...given('logLoss', meta.metrics?.log_loss),
        ...given('auc', meta.metrics?.auc),
      },
      rows: meta.rows,
      trainedFrom: meta.trained_from,
      trainedTo: meta.trained_to,
      trainedAt: meta.trained_at,
    }),
  );

const given = (name: MetricName, value: number | undefined): ModelMetrics =>
  value === undefined ? {} : { [name]: value };

export type MetaReading =
  | { readonly kind: 'meta'; readonly meta: ModelMeta }
  | { readonly kind: 'unreadable'; readonly because: UnusableModel; readonly found: string };

/** `…/NAME.onnx` → `…/NAME.meta.json`. */
export const metaPathOf = (modelPath: string): string => modelPath.replace(/(\.onnx)?$/, '.meta.json');

/** Reads the text of a `NAME.meta.json`. Never throws: what it cannot read it names. */
export function readModelMeta(text: string): MetaReading {
  if (Buffer.byteLength(text) > MAX_META_BYTES)
    return { kind: 'unreadable', because: 'meta_too_large', found: '' };
  let content: unknown;
  try {
    content = parsePythonJson(text);
  } catch {
    return { kind: 'unreadable', because: 'meta_no_json', found: '' };
  }
  const parsed = metaSchema.safeParse(content);
  if (parsed.success) return { kind: 'meta', meta: parsed.data };
  const [issue] = parsed.error.issues;
  return { kind: 'unreadable', ...whyOf(issue) };
}

const NO_SUCH: Readonly<Record<string, UnusableModel>> = {
  object: 'meta_no_object',
  array: 'meta_no_list',
  string: 'meta_no_text',
  number: 'meta_no_number',
  int: 'meta_no_whole_number',
};

/** What the schema says of a value, as a code: each language has its own words for it. */
function whyOf(issue: z.core.$ZodIssue | undefined): { because: UnusableModel; found: string } {
  const found = issue?.path.map(String).join('.') ?? '';
  switch (issue?.code) {
    case 'invalid_type':
      return { because: NO_SUCH[issue.expected] ?? 'meta_not_as_expected', found };
    case 'invalid_format':
      return { because: 'meta_no_moment', found };
    case 'too_big':
      if (issue.origin === 'string' || issue.origin === 'array') return { because: 'meta_too_long', found };
      return {
        because: 'meta_out_of_bounds',
        found: `${found} ${issue.inclusive ? '≤' : '<'} ${issue.maximum}`,
      };
    case 'too_small':
      return {
        because: 'meta_out_of_bounds',
        found: `${found} ${issue.inclusive ? '≥' : '>'} ${issue.minimum}`,
      };
    default:
      return { because: 'meta_not_as_expected', found };
  }
}

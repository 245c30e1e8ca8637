import { z } from 'zod';

/** What a training writes beside a model, `NAME.meta.json`, as far as it matters here. */
export interface ModelMeta {
  readonly version: string | undefined;
  readonly horizon: string | undefined;
  readonly inputDim: number | undefined;
  /** In the order of the inputs. */
  readonly features: readonly string[];
  /** Steps of a row, of a model over sequences. */
  readonly steps: number | undefined;
  readonly metrics: ModelMetrics;
  readonly rows: number | undefined;
  /** The span of the training data. */
  readonly trainedFrom: Date | undefined;
  readonly trainedTo: Date | undefined;
  readonly trainedAt: Date | undefined;
}

export const METRIC_NAMES = ['accuracy', 'brier', 'logLoss', 'auc'] as const;
export type MetricName = (typeof METRIC_NAMES)[number];
type ModelMetrics = Readonly<Partial<Record<MetricName, number>>>;

/** Whether more of it is better. */
export const MORE_IS_BETTER: Readonly<Record<MetricName, boolean>> = {
  accuracy: true,
  brier: false,
  logLoss: false,
  auc: true,
};

const share = z.number().min(0).max(1).optional();
const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .optional();
const metrics = z.object({
  'acc_at_0.5': share,
  accuracy: share,
  brier: share,
  brier_score: share,
  log_loss: z.number().min(0).optional(),
  auc: share,
});

// Trainers name some of these differently; other keys are theirs alone.
const metaSchema = z
  .object({
    version: z.string().optional(),
    horizon: z.string().optional(),
    input_dim: z.number().int().positive().optional(),
    features: z.array(z.string()).optional(),
    feature_order: z.array(z.string()).optional(),
    sequence_length: z.number().int().positive().max(10_000).optional(),
    metrics: metrics.optional(),
    rows: z.number().int().nonnegative().optional(),
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
      steps: meta.sequence_length,
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
  | { readonly kind: 'unreadable'; readonly because: string };

/** `…/NAME.onnx` → `…/NAME.meta.json`. */
export const metaPathOf = (modelPath: string): string => modelPath.replace(/(\.onnx)?$/, '.meta.json');

/** Reads the text of a `NAME.meta.json`. Never throws: what it cannot read it names. */
export function readModelMeta(text: string): MetaReading {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', because: 'it is no JSON' };
  }
  const parsed = metaSchema.safeParse(content);
  if (parsed.success) return { kind: 'meta', meta: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') || 'the document';
  return { kind: 'unreadable', because: `${where}: ${issue?.message ?? 'not as expected'}` };
}

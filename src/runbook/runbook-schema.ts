import { z } from 'zod';
import { exactNumber } from '../domain/exact-number.js';
import type { ShapeFault } from '../domain/file-fault.js';
import { CHECK_MODES, RUN_KINDS } from '../domain/outcome.js';
import { chartSourceSchema, criterionSourceSchema } from './decision-schema.js';
import type { ProbeSyntax } from './probe-syntax.js';
import { sectionsWrittenOut, writtenOut } from './short-form.js';
import {
  flagSchema,
  haltSchema,
  modelSchema,
  ordersSchema,
  startLogSchema,
  variableName,
} from './strategy-contract.js';
import { trainingSchema } from './training-schema.js';

/** The runbook file as people write it. `docs/runbook-format.md` explains each key. */

const localized = z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1) });
export const name = z.string().regex(/^[A-Za-z_]\w*$/, 'name_shape' satisfies ShapeFault);
const checkId = z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/, 'check_id_shape' satisfies ShapeFault);
const timeoutMs = z.number().int().min(50).max(60_000);

const parameter = z.union([
  z.string(),
  exactNumber,
  z.boolean(),
  z.array(z.string()).min(1),
  z.array(exactNumber).min(1),
]);

const defaultText = z.union([z.string(), exactNumber, z.boolean()]).transform(String).optional();

const anyVariable = { default: defaultText, trim: z.boolean().optional() };

const variableSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('boolean'), ...anyVariable }),
  z.strictObject({
    type: z.literal('enum'),
    values: z.record(z.string(), z.array(z.string())),
    exact: z.boolean().optional(),
    ...anyVariable,
  }),
  z.strictObject({
    type: z.enum(['number', 'integer']),
    min: exactNumber.optional(),
    max: exactNumber.optional(),
    clamp: z.boolean().optional(),
    ...anyVariable,
  }),
  z.strictObject({ type: z.enum(['text', 'path']), ...anyVariable }),
]);

const statementSchema = z.strictObject({ sql: z.string().min(1), timeoutMs: timeoutMs.optional() });

const expectKeys = z
  .strictObject({
    column: name,
    parameter: name,
    missing: z.enum(['fail', 'inconclusive']).default('fail'),
  })
  .optional();

const modelInputsSchema = statementSchema.extend({
  /** The model's feature → the column of the statement that holds it, where they are called differently. */
  features: z.record(z.string().min(1), name).default({}),
});

const onDemandSchema = statementSchema.extend({ title: localized });

const kindTextSchema = z.strictObject({
  problem: localized.optional(),
  /** For INCONCLUSIVE: neither `pass` nor `fail` holds. */
  unclear: localized.optional(),
  fine: localized.optional(),
  remedy: localized.optional(),
});

const checkSchema = z.strictObject({
  id: checkId,
  title: localized,
  mode: z.enum(CHECK_MODES).default('deciding'),
  expectKeys,
  noData: z.enum(['inconclusive', 'fail']).default('inconclusive'),
  pass: z.string({ error: 'pass_missing' satisfies ShapeFault }).min(1),
  warn: z.string().min(1).optional(),
  fail: z.string({ error: 'fail_missing' satisfies ShapeFault }).min(1),
  wrongRows: z.string().min(1).optional(),
  /** The short form of `pass`, `fail` and `wrongRows`: what every row must satisfy. */
  each: z.string().min(1).optional(),
  /** What a row should say, whatever the language: `{expected}` of the texts of its kind. */
  expected: z.string().min(1).optional(),
  /** Of a check that compares: whether a row's baseline holds enough for it. */
  baseline: z.string().min(1).optional(),
  ...kindTextSchema.shape,
  /** What may be wrong with a row, one by one: each that holds is said instead of `problem`. */
  problems: z.array(z.strictObject({ when: z.string().min(1), say: localized })).default([]),
  timeoutMs: timeoutMs.optional(),
  onDemand: z.record(name, onDemandSchema).default({}),
});

const windowSchema = z.strictObject({
  minutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(30),
  baselineMaxAgeHours: z
    .number()
    .positive()
    .default(7 * 24),
});

/** What one probe may see at most. */
const boundsSchema = z
  .strictObject({
    rows: z.number().int().min(1).max(100_000).default(10_000),
    mebibytes: z.number().positive().max(64).default(4),
  })
  .transform(({ rows, mebibytes }) => ({ maxRows: rows, maxBytes: Math.floor(mebibytes * 1024 ** 2) }));

const runKind = z.enum(RUN_KINDS);

const runKinds = z.array(runKind).min(1);

const sectionSchema = z.strictObject({
  id: z.string().regex(/^\d+(\.\d+)*(-[A-Z])?$/, 'section_id_shape' satisfies ShapeFault),
  title: localized,
  kind: z.union([runKind.transform((kind) => [kind]), runKinds]),
  checks: z.array(checkSchema).min(1),
});

const runbookSchema = z.strictObject({
  strategy: z.string().regex(/^[a-z][a-z0-9_]*$/),
  /** Where it is not called like the strategy. */
  agentId: z.string().min(1).optional(),
  envPrefix: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  flag: flagSchema,
  model: modelSchema.optional(),
  orders: ordersSchema.optional(),
  halt: haltSchema.prefault({}),
  params: z.record(name, parameter),
  variables: z.record(variableName, variableSchema),
  /** By full name: what the trading system around the strategy reads. */
  systemVariables: z.record(variableName, variableSchema).default({}),
  window: windowSchema.prefault({}),
  bounds: boundsSchema.prefault({}),
  startLog: startLogSchema.optional(),
  /** What is expected of a query's rows is expected in each check of them that says nothing else. */
  queries: z.record(name, statementSchema.extend({ expectKeys })).default({}),
  modelInputs: modelInputsSchema.optional(),
  training: trainingSchema.optional(),
  /** By kind of probe: what a check says where its own `text` says nothing. */
  texts: z.record(name, kindTextSchema).default({}),
  /** By chapter of the checklist: the runs that hold its sections, unless one says otherwise. */
  kinds: z.record(z.string().regex(/^\d+$/, 'chapter_shape' satisfies ShapeFault), runKinds).default({}),
  sections: z.array(sectionSchema).min(1),
  criteria: z.array(criterionSourceSchema).default([]),
  charts: z.array(chartSourceSchema).default([]),
});

export type RunbookSource = z.infer<typeof runbookSchema>;
export type CheckSource = RunbookSource['sections'][number]['checks'][number];

/** The shape of a runbook whose checks may have the keys of these kinds of probes; one of them stands in each check. */
export function runbookSchemaWith(kinds: readonly ProbeSyntax[]): z.ZodType<RunbookSource> {
  const keys: Record<never, z.ZodType> = Object.fromEntries(
    kinds.flatMap((kind) => Object.entries(kind.keys).map(([key, schema]) => [key, schema.optional()])),
  );
  const checks = z.array(z.preprocess(writtenOut, checkSchema.extend(keys))).min(1);
  const sections = z.array(sectionSchema.extend({ checks })).min(1);
  return z.preprocess(sectionsWrittenOut, runbookSchema.extend({ sections }));
}

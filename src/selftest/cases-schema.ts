import { z } from 'zod';
import { exactNumber } from '../domain/exact-number.js';
import type { ShapeFault } from '../domain/file-fault.js';
import { RUN_KINDS } from '../domain/outcome.js';
import { variableName } from '../runbook/strategy-contract.js';

/** The cases file as people write it. `docs/check-cases.md` explains each key. */

const placedPath = z
  .string()
  .regex(/^(?!.*(^|\/)\.\.(\/|$))[^/\0\n][^\0\n]*$/, 'scratch_path_shape' satisfies ShapeFault);
const scalar = z.union([z.string(), exactNumber, z.boolean()]).transform(String);
/** null takes away what the base has. */
const settings = z.record(variableName, scalar.nullable());

const httpAnswer = z.strictObject({
  status: z.number().int().min(100).max(599).default(200),
  /** The body as JSON; `text` for any other. */
  json: z.json().optional(),
  text: z.string().optional(),
});

const situation = z.strictObject({
  /** What the written environment file says. */
  environment: settings.default({}),
  /** Where the running process differs from that file. */
  process: settings.default({}),
  /** Where the last confirmed release had other values than that file; left out: none was confirmed. */
  confirmed: settings.optional(),
  /** Further text files; null removes one. */
  files: z.record(placedPath, z.string().nullable()).default({}),
  /** A name under `models`, or `none`: there is no model file. */
  model: z.string().optional(),
  /** The service's status in systemd's words. */
  service: z.record(z.string().regex(/^[A-Z][A-Za-z]+$/), scalar).default({}),
  /** When the present process started. Below 0: after the scratch folder was laid out. */
  startedSecsAgo: z.number().optional(),
  /** The service's log; a case that names one replaces the base's. */
  log: z.array(z.strictObject({ secsAgo: z.number(), text: z.string() })).optional(),
  /** What endpoints answer, by URL; null: they do not answer. */
  http: z.record(z.url(), httpAnswer.nullable()).default({}),
  /** How the server answers about itself; nothing: it is a primary. */
  standby: z
    .strictObject({
      /** null: nobody can tell. */
      lagSecs: z.number().nullable(),
      isPaused: z.boolean().default(false),
      /** Up to which lag the configuration asks for a standby; left out: it does not. */
      maxLagSecs: z.number().positive().optional(),
    })
    .optional(),
  /** By how many seconds a clock is ahead of the others; below 0: behind. Nothing: all agree. */
  clocks: z
    .strictObject({
      bot: z.number().default(0),
      host: z.number().optional(),
      trading: z.number().default(0),
      state: z.number().optional(),
      /** The host's clock tells whole seconds only. */
      wholeSeconds: z.boolean().default(false),
      /** This clock gives no answer. */
      silent: z.enum(['host', 'trading', 'state']).optional(),
    })
    .optional(),
  /** How many days ago a drill proved the kill switch; `never`: none has in all the days that the target is checked. */
  drill: z
    .strictObject({ days: z.number().nonnegative(), never: z.boolean().default(false) })
    .default({ days: 1, never: false }),
  /** Statements on the scratch trading tables, one after the other. */
  sql: z.array(z.string().min(1)).default([]),
});

const checkCase = situation.extend({
  check: z.string().min(1),
  name: z.string().min(1),
  /** Bounds of the runbook that are others here: what counts only beside another bound is proved beside it. */
  params: z.record(z.string(), z.number()).default({}),
  /** Whether the target names a folder for its models. */
  modelsFolder: z.boolean().default(true),
  expect: z.enum(['PASS', 'WARN', 'FAIL', 'INCONCLUSIVE', 'ERROR']),
});

const haltCase = z.strictObject({
  name: z.string().min(1),
  /** Statements on the empty trading tables. */
  sql: z.array(z.string().min(1)).default([]),
  /** How many orders can still fill. */
  resting: z.number().int().nonnegative(),
  /** How many positions have no exit. */
  open: z.number().int().nonnegative(),
});

export const casesSchema = z.strictObject({
  /** Files as base64, by name. */
  models: z.record(z.string().regex(/^[a-z][a-z_]*$/), z.base64()).default({}),
  /** The situation in which every check passes; each case says what is different. */
  base: situation.extend({
    model: z.string(),
    startedSecsAgo: z.number().positive(),
    /** Whose rows the scratch target reads. */
    accountId: z.string().min(1).optional(),
    dryRun: z.boolean().default(false),
    /** Further targets whose rows stand in the same tables. */
    otherTargets: z
      .array(z.strictObject({ accountId: z.string().min(1).optional(), dryRun: z.boolean().default(false) }))
      .default([]),
  }),
  /** Which checks each kind of run holds, written down a second time: one that is lost in the runbook is told. */
  runs: z.partialRecord(z.enum(RUN_KINDS), z.array(z.string())).default({}),
  /** The criteria of section 5, likewise. */
  criteria: z
    .record(z.string(), z.strictObject({ kind: z.enum(['go', 'no_go']), checks: z.array(z.string()) }))
    .default({}),
  /** What a halt must see of the orders, by the words of the runbook's `orders`. */
  halts: z.array(haltCase).default([]),
  cases: z.array(checkCase).min(1),
});

export type CasesSource = z.infer<typeof casesSchema>;
export type BaseSituation = CasesSource['base'];
export type CheckCase = CasesSource['cases'][number];
export type HaltCase = CasesSource['halts'][number];

import { z } from 'zod';
import type { ShapeFault } from '../domain/file-fault.js';

/** What the craft of releasing and halting needs to know of a strategy: names that differ from one to the next. */

export const variableName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'variable_shape' satisfies ShapeFault);
/** Of a table or a column; it stands quoted in the statements. */
const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/, 'identifier_shape' satisfies ShapeFault);
const words = z
  .union([
    z
      .string()
      .min(1)
      .transform((word) => [word]),
    z.array(z.string().min(1)).min(1),
  ])
  .readonly();

/** The enable flag: the variable, and what stands there for on and for off. */
export const flagSchema = z.strictObject({
  variable: variableName,
  on: z.string().min(1).default('true'),
  off: z.string().min(1).default('false'),
});

/** The variables that say which model runs. */
export const modelSchema = z.strictObject({
  path: variableName,
  version: variableName,
  type: variableName.optional(),
  inputDim: variableName.optional(),
});

/** A column, or `COLUMN.KEY` of one that holds JSON. */
const columnOrKey = z
  .string()
  .regex(/^[a-z_][a-z0-9_]*(\.[A-Za-z_]\w*)?$/, 'column_shape' satisfies ShapeFault);

const columnsSchema = z.strictObject({
  agent: identifier,
  account: identifier,
  at: identifier,
  /** The word for what an order is. */
  kind: columnOrKey,
  /** The version of the model that an entry was decided by. */
  version: columnOrKey.optional(),
  /** True for an order that opens; needed where one word stands for entries and exits. */
  isBuy: identifier.optional(),
  market: identifier,
  token: identifier,
  side: identifier,
  shares: identifier.default('shares'),
  filledShares: identifier.default('filled_shares'),
  /** A number that grows with each order: the table's own order, which no clock moves. */
  id: identifier.default('id'),
  /** The word for how far an order is, one of `statuses`. */
  status: identifier.default('status'),
  /** The venue's own id of an order, by which its answers are matched with the records. */
  orderId: identifier.optional(),
  /** True for a simulated order; where targets with and without real orders share the table. */
  dryRun: identifier.optional(),
});

/** In any case. Whatever is none of these can still fill. */
const statusesSchema = z.strictObject({
  filled: words,
  /** Over without a fill, or with a part of it. */
  over: words,
});

/** Where orders are recorded, and which of them open and close a position. */
export const ordersSchema = z
  .strictObject({
    entry: words,
    exit: words,
    table: identifier,
    columns: columnsSchema,
    statuses: statusesSchema,
  })
  .refine(
    ({ entry, exit, columns }) => columns.isBuy !== undefined || !entry.some((one) => exit.includes(one)),
    {
      path: ['columns'],
      message: 'same_word_for_both' satisfies ShapeFault,
    },
  );

/** What the kill switch needs besides. */
export const haltSchema = z.strictObject({
  /** An entry that is older has been settled, or nobody can act on it. */
  lookBackHours: z.number().positive().default(24),
  /** Where a settled position stands: it is open no more. */
  settled: z.strictObject({ table: identifier, token: identifier, isSettled: identifier }).optional(),
  /**
   * What a market's name says of its end: a regular expression of PostgreSQL whose first group is the market's length in
   * minutes and whose second is its beginning in Unix seconds. An order of a market that is over can fill no more.
   */
  marketEnds: z.string().min(1).optional(),
  /** By their full names: what ends the strategy's entries, and not its exits. Left out: it has nothing of the kind. */
  closeOnly: z
    .record(variableName, z.union([z.string().min(1), z.boolean(), z.number().int()]).transform(String))
    .refine((values) => Object.keys(values).length > 0, { message: 'close_only_empty' satisfies ShapeFault })
    .optional(),
});

/** How a start shows in the log. */
export const startLogSchema = z.strictObject({
  loadedLine: z.array(z.string().min(1)).min(1),
  errorLines: z.array(z.string().min(1)).default([]),
  withinSecs: z.number().positive().max(600).default(60),
});

/** A halt reads these keys even of a runbook with faults elsewhere. */
export interface StrategyContract {
  readonly strategy: string;
  readonly agentId: string;
  readonly envPrefix: string;
  readonly flag: z.output<typeof flagSchema>;
  /** undefined: the strategy has no model. */
  readonly model: z.output<typeof modelSchema> | undefined;
  /** undefined: nobody can see whether orders go on. */
  readonly orders: z.output<typeof ordersSchema> | undefined;
  readonly halt: z.output<typeof haltSchema>;
  /** undefined: nobody can see in a log whether a process has loaded the strategy. */
  readonly startLog: { readonly loadedLine: readonly string[] } | undefined;
}

type Names<Key extends keyof StrategyContract> = Pick<StrategyContract, 'envPrefix' | Key>;

/** The variable that turns the strategy on, with its prefix. */
export const enableFlag = ({ envPrefix, flag }: Names<'flag'>): string => `${envPrefix}${flag.variable}`;

/** One of the model's variables, with its prefix; undefined: the strategy has none. */
export function modelVariable(
  { envPrefix, model }: Names<'model'>,
  which: keyof z.output<typeof modelSchema>,
): string | undefined {
  const name = model?.[which];
  return name === undefined ? undefined : `${envPrefix}${name}`;
}

/** All of them, with the prefix: what goes back together with a model. */
export const modelVariables = ({ envPrefix, model }: Names<'model'>): readonly string[] =>
  Object.values(model ?? {}).map((name) => `${envPrefix}${name}`);

import { z } from 'zod';
import type { ShapeFault } from '../domain/file-fault.js';
import { absolutePath, argumentList } from '../domain/host-setting.js';

/** `training` of the runbook: how a new model comes to be. `docs/training.md` explains each key. */

export const TRAINING_PLACEHOLDERS = ['horizon', 'lookbackHours', 'output', 'meta', 'name'] as const;
export type TrainingPlaceholder = (typeof TRAINING_PLACEHOLDERS)[number];

/** `runsOn` for the bot's own machine. */
export const THIS_MACHINE = 'local';

const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'trainer_variable_shape' satisfies ShapeFault);

export const trainingSchema = z.strictObject({
  /** A list of arguments, never a line for a shell. `{horizon}` and its like stand for the training's own values. */
  command: argumentList,
  workingFolder: absolutePath.optional(),
  /** Variables that the trainer gets, by the name of the bot's own variable that they come from. */
  environment: z.record(variable, variable).default({}),
  /** What it reads in the trading database: `doctor` looks whether it may. */
  tables: z
    .array(z.string().regex(/^[a-z_]\w*(\.[a-z_]\w*)?$/, 'name_shape' satisfies ShapeFault))
    .default([]),
  horizons: z.array(z.string().regex(/^\d+m$/, 'horizon_shape' satisfies ShapeFault)).min(1),
  lookbackHours: z.number().int().positive().default(336),
  maxLookbackHours: z
    .number()
    .int()
    .positive()
    .default(24 * 90),
  timeLimitMinutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(120),
  memoryLimitMib: z.number().int().positive().default(8192),
  /** The name of the model: its file is NAME.onnx and its version NAME. `{date}` is the moment in UTC to the second. */
  modelName: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*(\{(horizon|date)\}[\w.-]*)*$/, 'file_stem_shape' satisfies ShapeFault)
    .default('model_{horizon}_{date}'),
  /** The target whose staging folder takes the model; the default target unless named. */
  target: z.string().optional(),
  /** Where it runs: the bot's own machine, or a host of the targets file by its name (`TARGET/HOST` where two have it). */
  runsOn: z
    .string()
    .regex(/^([a-z][a-z0-9-]*\/)?[a-zA-Z0-9][\w.-]*$/, 'training_place_shape' satisfies ShapeFault)
    .default(THIS_MACHINE),
  /** Checks that must pass before, by id. */
  checks: z.array(z.string()).default([]),
  /** How its lines show progress: regular expressions; the groups `step` and `of` say how far it is. */
  progress: z.array(z.string().min(1)).default([]),
});

export type TrainingSource = z.infer<typeof trainingSchema>;

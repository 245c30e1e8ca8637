import { z } from 'zod';
import type { ValueOf } from './value-of.js';

const textFileSchema = z.object({
  /** As whoever refers to it writes it: `runbook.yaml`, `sql/lag.sql`, `NAME.meta.json`. */
  name: z.string(),
  text: z.string(),
});
export type TextFile = ValueOf<typeof textFileSchema>;

/** Texts that decided something, kept under the hash by which plans and runs name them. */
export const keptDocumentSchema = z.object({
  kind: z.enum([
    /** The runbook, and behind it the statements beside it in the order of their names. */
    'runbook',
    /** What a training wrote beside its model. */
    'model_meta',
  ]),
  /** In hex. */
  sha256: z.string(),
  files: z.array(textFileSchema),
});
export type KeptDocument = ValueOf<typeof keptDocumentSchema>;

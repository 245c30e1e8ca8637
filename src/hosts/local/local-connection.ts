import { z } from 'zod';

/** `connection: local` of the targets file. */
export const localConnection = z.literal('local').transform((kind) => ({ kind }));
export type LocalConnection = z.infer<typeof localConnection>;

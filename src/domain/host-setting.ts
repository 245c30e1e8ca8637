import { z } from 'zod';

/** What settings of machines are made of, as people write them. */

export const absolutePath = z.string().regex(/^\/[^\0\n]*$/, 'write an absolute path');
export const accountName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]*$/, 'write the name of an account of the host');
/** A program and its arguments: never a line for a shell. */
export const argumentList = z
  .array(
    z
      .string()
      .min(1)
      .regex(/^[^\0\n]*$/, 'write one line'),
  )
  .min(1);

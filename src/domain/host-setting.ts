import { z } from 'zod';
import type { ShapeFault } from './file-fault.js';

/** What settings of machines are made of, as people write them. */

/**
 * An absolute path as it is compared: one slash between its parts, and none at its end. `..` stays, because behind a
 * symbolic link it leads elsewhere than the text tells.
 */
export const plainPath = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

export const absolutePath = z
  .string()
  .regex(/^\/[^\0\n]*$/, 'absolute_path_shape' satisfies ShapeFault)
  .transform(plainPath);
export const accountName = z.string().regex(/^[a-z_][a-z0-9_-]*$/, 'account_name_shape' satisfies ShapeFault);
/** How long a halt lets a process take to end before it is killed; 20 where nothing is said. */
export const killAfterSecs = z.number().min(1).max(300).optional();
/** A program and its arguments: never a line for a shell. */
export const argumentList = z
  .array(
    z
      .string()
      .min(1)
      .regex(/^[^\0\n]*$/, 'one_line_shape' satisfies ShapeFault),
  )
  .min(1);

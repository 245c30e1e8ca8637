import type { z } from 'zod';

/** Whatever JSON can say. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** `z.json()` refers to itself without end, so it is named instead of walked through. */
type DeepReadonly<T> = unknown extends T
  ? T
  : [z.core.util.JSONType] extends [T]
    ? Json
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;

/** The type of what a schema reads, read-only all the way down. */
export type ValueOf<S extends z.ZodType> = DeepReadonly<z.output<S>>;

/** For a part that every value names, and that may be undefined: JSON leaves it out. */
export const orUndefined = <S extends z.ZodType>(schema: S) => schema.optional().transform((value) => value);

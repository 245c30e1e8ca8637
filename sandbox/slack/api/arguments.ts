import { invalidArguments, SlackError } from './slack-error.js';

/** The arguments of one call: all texts when they came as a form, JSON values when they came as JSON. */
export interface Arguments {
  /** A text; an empty one is as good as none. */
  text(name: string): string | undefined;
  required(name: string): string;
  flag(name: string): boolean;
  whole(name: string): number | undefined;
  /** A JSON value, which forms carry as text. @throws SlackError with `code` when it is not JSON. */
  json(name: string, code: string): unknown;
  /** Everything, for a log. */
  readonly all: Readonly<Record<string, unknown>>;
}

export function readArguments(all: Readonly<Record<string, unknown>>): Arguments {
  const text = (name: string) => {
    const value = all[name];
    if (value === undefined || value === null || value === '') return undefined;
    return typeof value === 'string' ? value : String(value);
  };
  return {
    all,
    text,
    required(name) {
      const value = text(name);
      if (value === undefined) throw invalidArguments(`missing required field: ${name}`);
      return value;
    },
    flag: (name) => ['true', '1'].includes(text(name) ?? 'false'),
    whole(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d+$/.test(value)) throw invalidArguments(`must be an integer: ${name}`);
      return Number(value);
    },
    json(name, code) {
      const value = all[name];
      if (typeof value !== 'string') return value ?? undefined;
      if (value === '') return undefined;
      try {
        return JSON.parse(value);
      } catch {
        throw new SlackError(code);
      }
    },
  };
}

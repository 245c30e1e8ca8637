import { parseArgs } from 'node:util';

/** What was typed behind a flag; undefined: nothing. */
export interface FlagValue {
  readonly text: string | undefined;
  /** `--flag=text`, in one word. */
  readonly isInline: boolean;
}

interface Flags<Flag extends string, Switch extends string> {
  /** Each value of a flag, in order. */
  readonly values: ReadonlyMap<Flag, readonly FlagValue[]>;
  readonly switches: ReadonlySet<Switch>;
  /** Every other word as it was typed, in order: also a flag that is not known. What to say of it is the caller's. */
  readonly rest: readonly string[];
}

/**
 * Tells flags (`--name TEXT` or `--name=TEXT`) and switches (`--name`) from the other words. A flag takes the next word,
 * whatever it looks like. Nothing is refused, and `--` ends nothing: words of a kill switch count wherever they stand.
 */
export function parseFlags<Flag extends string, Switch extends string>(
  words: readonly string[],
  flags: readonly Flag[],
  switches: readonly Switch[] = [],
): Flags<Flag, Switch> {
  const options = Object.fromEntries([
    ...flags.map((flag) => [flag.slice(2), { type: 'string' as const }]),
    ...switches.map((word) => [word.slice(2), { type: 'boolean' as const }]),
  ]);
  const { tokens } = parseArgs({
    args: [...words],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<Flag, FlagValue[]>();
  const found = new Set<Switch>();
  const others = new Set<number>();
  for (const token of tokens) {
    const name = token.kind === 'option' ? token.rawName : undefined;
    const flag = flags.find((candidate) => candidate === name);
    const known = switches.find((candidate) => candidate === words[token.index]);
    if (token.kind === 'option' && flag !== undefined) {
      const value = { text: token.value, isInline: token.inlineValue ?? false };
      values.set(flag, [...(values.get(flag) ?? []), value]);
    } else if (token.kind === 'option-terminator') {
      const after = parseFlags(words.slice(token.index + 1), flags, switches);
      for (const [key, more] of after.values) values.set(key, [...(values.get(key) ?? []), ...more]);
      for (const word of after.switches) found.add(word);
      const before = [...others].map((index) => words[index] ?? '');
      return { values, switches: found, rest: [...before, '--', ...after.rest] };
    } else if (known !== undefined) found.add(known);
    else others.add(token.index);
  }
  return { values, switches: found, rest: [...others].map((index) => words[index] ?? '') };
}

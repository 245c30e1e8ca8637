import { unknownSubcommand } from '../domain/unknown-subcommand.js';

interface Hearing {
  readonly name: string;
  readonly hears?: (words: readonly string[]) => boolean;
  readonly alsoCalled?: readonly string[];
}

/**
 * The subcommand that words mean which do not begin with the name of one: it hears them, or its name is nearly there.
 * Words that begin with nearly another one's name mean that.
 */
export function heardSubcommand<S extends Hearing>(
  words: readonly string[],
  subcommands: readonly S[],
): S | undefined {
  const [first = ''] = words;
  const called = subcommands.find(({ alsoCalled = [] }) => alsoCalled.includes(first.toLowerCase()));
  if (called !== undefined) return called;
  const { nearest } = unknownSubcommand(
    [first],
    subcommands.map(({ name }) => name),
  );
  return subcommands.find(
    ({ name, hears }) => hears !== undefined && (nearest === name || (nearest === undefined && hears(words))),
  );
}

import type { PageCommand } from '../protocol.js';

/** One line of the list above the composer. */
export interface Hint {
  /** The whole text that the composer gets. */
  text: string;
  /** What a person may add to it, e.g. `[target]`. */
  usage: string;
  description: string;
}

/** What fits the text typed so far: the commands, and each command's completions. */
export function matchingHints(commands: readonly PageCommand[], typed: string): Hint[] {
  const start = typed.trimStart().toLowerCase();
  if (!start.startsWith('/')) {
    return [];
  }
  return commands.flatMap(allHints).filter((hint) => {
    const text = hint.text.toLowerCase();
    return text.startsWith(start) && text !== start.trimEnd();
  });
}

function allHints({ command, description, usageHint, hints }: PageCommand): Hint[] {
  return [
    { text: command, usage: usageHint, description },
    ...hints.map((hint) => ({
      text: `${command} ${hint.text}`,
      usage: '',
      description: hint.description,
    })),
  ];
}

import { type EnvironmentLayer, isEnvironmentName } from './environment-file.js';
import { scanEnvironmentText } from './environment-scan.js';

/** A line that looks as if it set a variable, and that systemd passes over. */
export interface IgnoredLine {
  readonly file: string;
  readonly line: number;
  /** `export NAME=…`; anything else is no assignment at all, or has no plain name. */
  readonly isExport: boolean;
  /** What may have been meant as the variable's name. */
  readonly words: readonly string[];
  /** undefined: the line has no `=`. Never shown: it may be a secret. */
  readonly value: string | undefined;
}

/** In the order in which they would be read. */
export function ignoredLines(layers: readonly EnvironmentLayer[]): readonly IgnoredLine[] {
  return layers.flatMap(({ file, text }) => {
    const { assignments, linesWithoutEquals } = scanEnvironmentText(text);
    const unnamed = assignments.filter(({ name }) => !isEnvironmentName(name));
    const ignored = [
      ...unnamed.map(({ name, line, value }) => ({ name, line, value })),
      ...linesWithoutEquals.map(({ line, text: name }) => ({ name, line, value: undefined })),
    ];
    return ignored
      .toSorted((a, b) => a.line - b.line)
      .map(({ name, line, value }) => ({
        file,
        line,
        isExport: /^export\s/.test(name),
        words: name.match(/[A-Za-z_]\w*/g) ?? [],
        value,
      }));
  });
}

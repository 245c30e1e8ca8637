import { ownValue } from '../../domain/own-value.js';

/** A command of the targets file, with what stands for its placeholders; one that is not known stays. */
export function fillIn(command: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return command.map((word) =>
    word.replace(/\{(\w+)\}/g, (placeholder, name: string) => ownValue(values, name) ?? placeholder),
  );
}

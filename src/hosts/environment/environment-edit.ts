import type { EnvironmentEditCode, HostFault } from '../../domain/host-fault.js';
import {
  type EnvironmentFile,
  isEnvironmentName,
  isPlainEnvironmentValue,
  parseByBothRules,
} from './environment-file.js';
import { type ScannedAssignment, scanEnvironmentText } from './environment-scan.js';

/** A file that cannot take a change. Names the variable, never a value. */
export class EnvironmentEditError extends Error {
  override readonly name = 'EnvironmentEditError';
  readonly code: EnvironmentEditCode;
  readonly variable: string;

  constructor(code: EnvironmentEditCode, variable = '') {
    super(`${code} ${variable}`.trim());
    this.code = code;
    this.variable = variable;
  }
}

/** The same, as a fault of the host on which the file lies. */
export const layerRefuses = (
  host: string,
  path: string,
  { code: edit, variable }: Pick<EnvironmentEditError, 'code' | 'variable'>,
): HostFault => ({ code: 'host_layer_refuses', facts: { host, path, edit, variable } });

/**
 * A value as it must stand behind `NAME=` so that systemd reads it back unchanged. The escapes are those that a
 * POSIX shell also knows, for people who source the file.
 * @throws EnvironmentEditError `invalid_value`
 */
export function quoteEnvironmentValue(value: string): string {
  if (/[\r\n]/.test(value) || !isPlainEnvironmentValue(value)) {
    throw new EnvironmentEditError('invalid_value');
  }
  if (/^[A-Za-z0-9_@%+=:,./-]*$/.test(value)) return value;
  return `"${value.replace(/["\\`$]/g, '\\$&')}"`;
}

/** What each variable becomes; undefined: it is taken out. */
export type EnvironmentChanges = ReadonlyMap<string, string | undefined>;

/**
 * The text with only the named variables' lines changed. A variable that the file sets is replaced where it was
 * last set, continuation lines included: that is the assignment in force, earlier ones stay as they are. One
 * that the file does not set is added at its end. To take one out, all of its assignments go. Every other byte
 * stays: comments, order, lines that nobody understands, line ends, and a line end that is missing.
 * @throws EnvironmentEditError; the result is read back before it is returned, so that a file in which an edit
 * would change anything else is refused.
 */
export function editEnvironmentFile(text: string, changes: EnvironmentChanges): string {
  for (const name of changes.keys()) {
    if (!isEnvironmentName(name)) {
      throw new EnvironmentEditError('invalid_name');
    }
  }
  if (text.includes('\0')) {
    throw new EnvironmentEditError('unreadable_file');
  }
  const { assignments } = scanEnvironmentText(text);
  const missing: string[] = [];
  const replacements: Replacement[] = [];
  for (const [name, value] of changes) {
    const present = assignments.filter((assignment) => assignment.name === name);
    const last = present.at(-1);
    if (value === undefined) replacements.push(...present.map((assignment) => removal(text, assignment)));
    else if (last === undefined) missing.push(`${name}=${quoteEnvironmentValue(value)}`);
    else replacements.push(assignmentOf(name, value, last));
  }
  const edited = append(applyReplacements(text, replacements), missing);
  assertOnlyChanged(text, edited, changes);
  return edited;
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function assignmentOf(name: string, value: string, last: ScannedAssignment): Replacement {
  assertClosed(last);
  return { start: last.start, end: last.end, text: `${name}=${quoteEnvironmentValue(value)}` };
}

/** The whole line goes: the blanks before the name and the line end with it. */
function removal(text: string, assignment: ScannedAssignment): Replacement {
  assertClosed(assignment);
  const indent = /(?<![ \t])[ \t]+$/.exec(text.slice(0, assignment.start))?.[0].length ?? 0;
  const lineEnd = /^(\r\n|\r|\n)?/.exec(text.slice(assignment.end))?.[0].length ?? 0;
  return { start: assignment.start - indent, end: assignment.end + lineEnd, text: '' };
}

/** An open quote reaches to the end of the file: replacing it would take away lines of other variables. */
function assertClosed(assignment: ScannedAssignment): void {
  if (!assignment.closed) throw new EnvironmentEditError('open_quote', assignment.name);
}

function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  let edited = text;
  for (const replacement of [...replacements].sort((a, b) => b.start - a.start)) {
    edited = edited.slice(0, replacement.start) + replacement.text + edited.slice(replacement.end);
  }
  return edited;
}

function append(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const lineEnd = /\r\n|\n/.exec(text)?.[0] ?? '\n';
  const body = lines.join(lineEnd);
  if (text === '') return body + lineEnd;
  const endsLine = /[\r\n]$/.test(text);
  // A backslash at the end continues a value, or (before systemd 254) a comment: an empty line ends either.
  const guard = /\\(\r\n|\r|\n)?$/.test(text) ? lineEnd : '';
  return endsLine ? text + guard + body + lineEnd : text + lineEnd + guard + body;
}

/** Reads both texts back, by the rules before and since systemd 254. */
function assertOnlyChanged(before: string, after: string, changes: EnvironmentChanges): void {
  const [present, edited] = [parseByBothRules(before), parseByBothRules(after)];
  for (const rules of [0, 1] as const) {
    const expected = valuesOf(present[rules]);
    for (const [name, value] of changes) {
      if (value === undefined) expected.delete(name);
      else expected.set(name, value);
    }
    const actual = valuesOf(edited[rules]);
    const same =
      actual.size === expected.size && [...expected].every(([name, value]) => actual.get(name) === value);
    if (!same) throw new EnvironmentEditError('unsafe_file');
  }
}

function valuesOf({ assignments }: EnvironmentFile): Map<string, string> {
  return new Map(assignments.map(({ name, value }) => [name, value]));
}

import { type ScannedAssignment, type ScanOptions, scanEnvironmentText } from './environment-scan.js';

/** What is wrong with a line of an environment file. Codes only: the line itself may hold a secret. */
const ENVIRONMENT_FAULTS = [
  /** The line has no `=`: systemd ignores it. */
  'missing_equals',
  /** `export NAME=…`: that is shell syntax; systemd ignores the line. */
  'export_prefix',
  /** Not letters, digits and `_`, or it begins with a digit: systemd ignores the assignment. */
  'invalid_name',
  /** A control character other than tab and line feed stands in a value, e.g. a carriage return. It is kept. */
  'control_character',
  /** A quote is never closed: the rest of the file became part of the value. */
  'open_quote',
  /** A comment ends in a backslash: before version 254 systemd takes the next line as part of it. */
  'comment_ends_in_backslash',
  /** systemd refuses the whole file. */
  'nul_byte',
  'not_utf8',
] as const;
type EnvironmentFault = (typeof ENVIRONMENT_FAULTS)[number];

interface EnvironmentAssignment {
  readonly name: string;
  readonly value: string;
  /** Where the name stands, counted from 1. */
  readonly line: number;
  /** Its value took in a line break or another assignment, which may be a secret: the value is never shown. */
  readonly spansLines?: true;
}

export interface EnvironmentFile {
  /** In the order of the file; a name can stand several times, and then the last one holds. */
  readonly assignments: readonly EnvironmentAssignment[];
  readonly faults: readonly { readonly line: number; readonly fault: EnvironmentFault }[];
}

/** Whether systemd accepts the text as a variable's name. */
export function isEnvironmentName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** Whether a text is safe as a value: no control character but tab and line feed, and encodable as UTF-8. */
export function isPlainEnvironmentValue(value: string): boolean {
  return !CONTROL_CHARACTERS.test(value) && !UNENCODABLE.test(value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f]/;

// What systemd's UTF-8 check refuses and a JavaScript string can hold: lone surrogates and noncharacters.
const UNENCODABLE = /[\p{Surrogate}\p{Noncharacter_Code_Point}]/u;

/** From the beginning of a word, so that a long one is read once. */
const ASSIGNMENT = /(?<!\w)\d*[A-Za-z_]\w*\s*=/;

function nameFault(assignment: ScannedAssignment): EnvironmentFault | undefined {
  if (isEnvironmentName(assignment.name)) return undefined;
  return /^export\s/.test(assignment.name) ? 'export_prefix' : 'invalid_name';
}

/**
 * Reads an environment file as systemd does (systemd.exec(5), EnvironmentFile=): what it would ignore is left
 * out and listed as a fault. A file that systemd would refuse as a whole has no assignment.
 */
export function parseEnvironmentFile(text: string, options: ScanOptions = {}): EnvironmentFile {
  const nul = text.indexOf('\0');
  if (nul !== -1) return { assignments: [], faults: [{ line: lineAt(text, nul), fault: 'nul_byte' }] };
  const scan = scanEnvironmentText(text, options);
  const faults: { line: number; fault: EnvironmentFault }[] = [
    ...scan.linesWithoutEquals.map(({ line }) => ({ line, fault: 'missing_equals' as const })),
    ...scan.continuedComments.map((line) => ({ line, fault: 'comment_ends_in_backslash' as const })),
  ];
  const assignments: EnvironmentAssignment[] = [];
  for (const scanned of scan.assignments) {
    const { name, value, line } = scanned;
    if (UNENCODABLE.test(name + value)) return { assignments: [], faults: [{ line, fault: 'not_utf8' }] };
    if (!scanned.closed) faults.push({ line, fault: 'open_quote' });
    if (CONTROL_CHARACTERS.test(value)) faults.push({ line, fault: 'control_character' });
    const fault = nameFault(scanned);
    const isContinued = /[\r\n]/.test(text.slice(scanned.start, scanned.end).trimEnd());
    const spans = /[\r\n]/.test(value) || (isContinued && ASSIGNMENT.test(value));
    if (fault === undefined) assignments.push({ name, value, line, ...(spans ? { spansLines: true } : {}) });
    else faults.push({ line, fault });
  }
  return { assignments, faults: faults.sort((a, b) => a.line - b.line) };
}

/** By the rules since systemd 254, and by those before it. Parsed once where both read the text alike: a halt waits. */
export function parseByBothRules(text: string): readonly [EnvironmentFile, EnvironmentFile] {
  const since254 = parseEnvironmentFile(text);
  // They differ in a comment that ends in a backslash, and in nothing else.
  if (!/\\[\r\n]/.test(text)) return [since254, since254];
  return [since254, parseEnvironmentFile(text, { commentsContinue: true })];
}

/** The text of a file, byte for byte (a byte order mark stays); undefined when it is not UTF-8. */
export function decodeEnvironmentBytes(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length;
}

/** One file that a unit reads, in the order of its `EnvironmentFile=` lines. */
export interface EnvironmentLayer {
  readonly file: string;
  readonly text: string;
}

export interface EnvironmentSource {
  readonly file: string;
  readonly line: number;
  readonly value: string;
  readonly spansLines?: true;
}

export interface EffectiveVariable extends EnvironmentSource {
  readonly name: string;
  /** Every assignment, in the order in which they are read; the last one is in force. */
  readonly sources: readonly EnvironmentSource[];
}

/** What the service will see at its next start: the last assignment of the last layer that has one. */
export function effectiveEnvironment(
  layers: readonly EnvironmentLayer[],
  options: ScanOptions = {},
): ReadonlyMap<string, EffectiveVariable> {
  return effectiveAssignments(
    layers.map(({ file, text }) => ({ file, assignments: parseEnvironmentFile(text, options).assignments })),
  );
}

/** The same of layers that were parsed before. */
export function effectiveAssignments(
  layers: readonly { readonly file: string; readonly assignments: EnvironmentFile['assignments'] }[],
): ReadonlyMap<string, EffectiveVariable> {
  const variables = new Map<string, EffectiveVariable>();
  for (const { file, assignments } of layers) {
    for (const { name, ...assignment } of assignments) {
      const source = { file, ...assignment };
      variables.set(name, { name, ...source, sources: [...(variables.get(name)?.sources ?? []), source] });
    }
  }
  return variables;
}

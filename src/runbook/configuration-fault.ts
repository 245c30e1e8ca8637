import type { Locale } from '../domain/localized.js';
import type { ConfigurationSentence, Say } from '../domain/sentence.js';

/** One thing that is wrong in what people write, with the place where they find it. */
export interface ConfigurationFault {
  readonly file: string;
  /** 1-based; undefined where the fault has no line, e.g. a file that is missing. */
  readonly line?: number | undefined;
  /** The path of a value, e.g. `sections.0.id`, or a variable; empty: the file as a whole; undefined: the fault says it. */
  readonly place?: string | undefined;
  readonly fault: ConfigurationSentence;
}

/** Every fault of a file at once, so that a person mends it in one go. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly ConfigurationFault[];
  constructor(faults: readonly ConfigurationFault[]) {
    super(faults.map(logLine).join('\n'));
    this.faults = faults;
  }
}

/** A part of a file that cannot be used: thrown by whoever reads it, told with its place by whoever reads the file. */
export class RefusedPart extends Error {
  override readonly name = 'RefusedPart';
  readonly fault: ConfigurationSentence;
  /** Within the part, 1-based; undefined: the part as a whole. */
  readonly line: number | undefined;
  constructor(fault: ConfigurationSentence, line?: number, options?: ErrorOptions) {
    super(fault.code, options);
    this.fault = fault;
    this.line = line;
  }
}

/** What an error says of the part that was read: a library speaks for itself. */
export function faultOfError(error: unknown): ConfigurationSentence {
  if (error instanceof RefusedPart) return error.fault;
  return { code: 'library_says', facts: { text: error instanceof Error ? error.message : String(error) } };
}

/** For one who reads: `targets.yaml:3: targets.live: …`. */
export function formatFault(fault: ConfigurationFault, locale: Locale, say: Say): string {
  const { place } = fault;
  const told = say(fault.fault, locale);
  const sentence = place === undefined ? told : say({ code: 'at_place', facts: { place, told } }, locale);
  return `${lineOf(fault)}: ${sentence}`;
}

const logLine = (fault: ConfigurationFault): string =>
  `${lineOf(fault)}: ${fault.place ?? ''} ${fault.fault.code} ${JSON.stringify(fault.fault.facts)}`;

const lineOf = ({ file, line }: ConfigurationFault): string =>
  line === undefined ? file : `${file}:${line}`;

/** One thing that is wrong in a file that people write, with the place where they find it. */
export interface ConfigurationFault {
  readonly file: string;
  /** 1-based; undefined where the fault has no line, e.g. a file that is missing. */
  readonly line?: number | undefined;
  /** One sentence: what is wrong and what to write instead. */
  readonly message: string;
}

/** Every fault of a file at once, so that a person mends it in one go. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly ConfigurationFault[];
  constructor(faults: readonly ConfigurationFault[]) {
    super(faults.map(formatFault).join('\n'));
    this.faults = faults;
  }
}

export function formatFault(fault: ConfigurationFault): string {
  return `${fault.file}${fault.line === undefined ? '' : `:${fault.line}`}: ${fault.message}`;
}

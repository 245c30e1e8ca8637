import type { Locale } from '../domain/localized.js';

/** One thing that is wrong in a file that people write, with the place where they find it. */
export interface ConfigurationFault {
  readonly file: string;
  /** 1-based; undefined where the fault has no line, e.g. a file that is missing. */
  readonly line?: number | undefined;
  /** One sentence: what is wrong and what to write instead. */
  readonly message: string;
  /** The same in Chinese. */
  readonly chinese: string;
}

/** Every fault of a file at once, so that a person mends it in one go. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly faults: readonly ConfigurationFault[];
  constructor(faults: readonly ConfigurationFault[]) {
    super(faults.map((fault) => formatFault(fault)).join('\n'));
    this.faults = faults;
  }
}

export function formatFault(fault: ConfigurationFault, locale: Locale = 'en'): string {
  const { file, line, message, chinese } = fault;
  const sentence = { en: message, 'zh-CN': chinese }[locale];
  return `${file}${line === undefined ? '' : `:${line}`}: ${sentence}`;
}

import { ConfigError } from '../../src/config/config.js';
import { UserError } from '../../src/conversation/errors.js';
import { LOCALES, type Locale, type Localized } from '../../src/domain/localized.js';
import {
  ConfigurationError,
  type ConfigurationFault,
  faultOfError,
  formatFault,
  RefusedPart,
} from '../../src/runbook/configuration-fault.js';
import { say } from '../../views/sentence.js';

const inEach = (write: (locale: Locale) => string): Localized =>
  Object.fromEntries(LOCALES.map((locale) => [locale, write(locale)])) as Localized;

/** What a person reads of an error; undefined where it is none of those that are told. */
export function sentenceOf(error: unknown): Localized | undefined {
  if (error instanceof UserError) return inEach((locale) => say(error, locale));
  if (error instanceof RefusedPart) return inEach((locale) => say(faultOfError(error), locale));
  if (error instanceof ConfigError) {
    const { faults } = error;
    return inEach((locale) =>
      faults.map(({ variable, fault }) => formatFault({ file: variable, fault }, locale, say)).join('\n'),
    );
  }
  if (!(error instanceof ConfigurationError)) return undefined;
  return inEach((locale) => error.faults.map((fault) => formatFault(fault, locale, say)).join('\n'));
}

/** An error with its sentence in each language, English as message; any other as it is. */
function spoken(error: unknown): unknown {
  const sentence = sentenceOf(error);
  if (sentence === undefined) return error;
  const { name, code } = error as { name: string; code?: string };
  return Object.assign(new Error(sentence.en), { name, code, sentence });
}

/** Does the work; an error that is told to people is thrown in their words. */
export async function inWords<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw spoken(error);
  }
}

export function inWordsAtOnce<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw spoken(error);
  }
}

/** A fault as a person reads it, after its file and line. */
export function faultInWords({ file, line, ...rest }: ConfigurationFault) {
  const told = inEach((locale) => formatFault({ file: '', ...rest }, locale, say).slice(2));
  return { file, ...(line === undefined ? {} : { line }), message: told.en, chinese: told['zh-CN'] };
}

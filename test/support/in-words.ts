import { UserError } from '../../src/conversation/errors.js';
import { LOCALES, type Localized } from '../../src/domain/localized.js';
import { say } from '../../views/sentence.js';

/** Does the work; an error that is told to people is thrown with its sentence in each language, English as message. */
export async function inWords<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const sentence = Object.fromEntries(LOCALES.map((locale) => [locale, say(error, locale)])) as Localized;
    throw Object.assign(new Error(sentence.en), { code: error.code, sentence });
  }
}

import type { Locale } from '../src/domain/localized.js';
import type { SentenceFacts, SentenceOf } from '../src/domain/sentence.js';
import { textFor } from './text/index.js';

/** The sentence of a code, with its facts. */
export function say<C extends keyof SentenceFacts>({ code, facts }: SentenceOf<C>, locale: Locale): string {
  const sentences: { readonly [K in keyof SentenceFacts]: (facts: SentenceFacts[K]) => string } =
    textFor(locale).sentences;
  return sentences[code](facts);
}

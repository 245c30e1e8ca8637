import type { SentenceFacts, SentenceOf, UsageFacts, UserFaultFacts } from '../domain/sentence.js';

/** A fault that a person can do something about: told to them as the sentence of its code, in their language. */
export class UserError<C extends keyof SentenceFacts = keyof UserFaultFacts>
  extends Error
  implements SentenceOf<C>
{
  override readonly name: string = 'UserError';
  readonly code: C;
  readonly facts: SentenceFacts[C];

  constructor(code: C, facts: SentenceFacts[C], options?: { cause?: unknown }) {
    super(code, options);
    this.code = code;
    this.facts = facts;
  }
}

/** Words that do not fit a subcommand: answered with the sentence and the usage. */
export class UsageError<C extends keyof UsageFacts = keyof UsageFacts> extends UserError<C> {
  override readonly name = 'UsageError';
}

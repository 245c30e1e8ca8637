import type { Localized } from '../domain/localized.js';

/** A fault that a person can do something about: shown to them as it is, in their language. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  /** For logs, metrics and tests, e.g. `not_in_channel`. */
  readonly code: string;
  /** What is wrong, what was and was not done, and what to do next. Never holds a secret. */
  readonly sentence: Localized;

  constructor(code: string, sentence: Localized, options?: { cause?: unknown }) {
    super(sentence.en, options);
    this.code = code;
    this.sentence = sentence;
  }
}

/** Words that do not fit a subcommand: answered with the sentence and the usage. */
export class UsageError extends UserError {
  override readonly name = 'UsageError';

  constructor(sentence: Localized) {
    super('usage', sentence);
  }
}

/** The person may not do this. */
export class ForbiddenError extends UserError {
  override readonly name = 'ForbiddenError';

  /** @param who those who may, as names or Slack mentions (`<@U…>`, `<!subteam^S…>`). */
  constructor(what: Localized, who: readonly string[]) {
    const names = who.join(', ');
    super('forbidden', {
      en: names ? `${what.en} These people can: ${names}.` : `${what.en} Nobody is listed for it yet.`,
      'zh-CN': names ? `${what['zh-CN']} 有权操作的人：${names}。` : `${what['zh-CN']} 目前没有列出任何人。`,
    });
  }
}

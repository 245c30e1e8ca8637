import { UsageError, UserError } from '../conversation/errors.js';
import type { Locale } from '../domain/localized.js';
import type { Report } from '../domain/report.js';
import type { Say } from '../domain/sentence.js';
import type { Logger } from '../telemetry/logger.js';

interface ProblemOptions {
  readonly locale: Locale;
  readonly say: Say;
  readonly logger: Logger;
  /** A short text that a person can quote, e.g. `7K2QXD`. */
  readonly newReference: () => string;
}

/** Where the error happened, for the log; `usage` is shown with a UsageError. */
export interface ProblemContext {
  readonly work: string;
  readonly user?: string;
  readonly usage?: string | undefined;
}

export type DescribeProblem = (error: unknown, context: ProblemContext) => Report;

/** Known errors become their own sentence; any other a reference that stands in the log with the stack. */
export function createProblemDescriber({
  locale,
  say,
  logger,
  newReference,
}: ProblemOptions): DescribeProblem {
  return (error, { usage, ...context }) => {
    if (error instanceof UserError) {
      logger.info({ code: error.code, ...context }, 'a person was told what to do');
      const lines = [say(error, locale)];
      if (error instanceof UsageError && usage)
        lines.push(say({ code: 'usage_in_slack', facts: { usage } }, locale));
      return plainReport(lines.join('\n'));
    }
    const reference = newReference();
    logger.error({ err: error, reference, ...context }, 'work for a person failed');
    return plainReport(say({ code: 'internal_error', facts: { reference } }, locale));
  };
}

export function plainReport(text: string): Report {
  return { text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] };
}

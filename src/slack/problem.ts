import { UsageError, UserError } from '../conversation/errors.js';
import type { Report } from '../conversation/subcommand.js';
import type { Locale } from '../domain/localized.js';
import type { Logger } from '../telemetry/logger.js';
import { internalErrorText, usageText } from './text.js';

interface ProblemOptions {
  readonly locale: Locale;
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
export function createProblemDescriber({ locale, logger, newReference }: ProblemOptions): DescribeProblem {
  return (error, { usage, ...context }) => {
    if (error instanceof UserError) {
      logger.info({ code: error.code, ...context }, 'a person was told what to do');
      const usageLine = error instanceof UsageError && usage ? `\n${usageText(usage)[locale]}` : '';
      return plainReport(error.sentence[locale] + usageLine);
    }
    const reference = newReference();
    logger.error({ err: error, reference, ...context }, 'work for a person failed');
    return plainReport(internalErrorText(reference)[locale]);
  };
}

export function plainReport(text: string): Report {
  return { text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] };
}

import { type Fault, faultMessage } from '../block-kit/rule.js';

/** A refusal as Slack's Web API writes it: `{ ok: false, error: code }` and more. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** `invalid_arguments`, with what is wrong in `response_metadata`. */
export function invalidArguments(...messages: string[]): SlackError {
  return new SlackError('invalid_arguments', {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}

/** A refusal of Block Kit JSON; views are refused as `invalid_arguments`, messages as `invalid_blocks`. */
export function blockError(
  code: 'invalid_blocks' | 'invalid_arguments',
  faults: readonly Fault[],
): SlackError {
  const words = faults.map(faultMessage);
  return new SlackError(code, {
    ...(code === 'invalid_blocks' ? { errors: words } : {}),
    response_metadata: { messages: words.map((message) => `[ERROR] ${message}`) },
  });
}

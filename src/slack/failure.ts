import { z } from 'zod';

/** What became of a call of Slack's Web API that did not succeed. */
type SlackFailure =
  /** Nothing was done; may be tried again after that time. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Nothing was done, and the same call will be refused again. `code` is Slack's own, e.g. `not_in_channel`. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Time-out, dropped connection, 5xx: it may have been done. */
  | { readonly kind: 'unclear' };

/** Codes of an answer with status 200 after which Slack may nevertheless have done it. */
const UNCLEAR_CODES = ['fatal_error', 'internal_error', 'service_unavailable', 'request_timeout'];
const DEFAULT_RETRY_AFTER_MS = 1_000;

const rateLimited = z.object({ code: z.literal('slack_webapi_rate_limited_error'), retryAfter: z.number() });
const platform = z.object({
  code: z.literal('slack_webapi_platform_error'),
  data: z.object({ error: z.string() }),
});

/** Sorts an error of `WebClient` (by its `code`, so that Bolt need not be loaded). */
export function classifyFailure(error: unknown): SlackFailure {
  const limited = rateLimited.safeParse(error);
  if (limited.success) return { kind: 'rate_limited', retryAfterMs: limited.data.retryAfter * 1_000 };
  const refused = platform.safeParse(error);
  if (!refused.success) return { kind: 'unclear' };
  const code = refused.data.data.error;
  if (code === 'ratelimited') return { kind: 'rate_limited', retryAfterMs: DEFAULT_RETRY_AFTER_MS };
  return UNCLEAR_CODES.includes(code) ? { kind: 'unclear' } : { kind: 'refused', code };
}

/** Whether Slack refused the call because of its blocks. */
export function isBlockRefusal(failure: SlackFailure): boolean {
  const codes = ['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long'];
  return failure.kind === 'refused' && codes.includes(failure.code);
}

/** Whether the bot cannot write into the channel until somebody invites it. */
export function isChannelRefusal(failure: SlackFailure): boolean {
  const codes = ['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action'];
  return failure.kind === 'refused' && codes.includes(failure.code);
}

/** Refusals that only a person can put right, wherever something is to be sent. */
const TOKEN_REFUSALS = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'not_allowed_token_type',
];

export function isTokenRefusal(code: string | undefined): code is string {
  return code !== undefined && TOKEN_REFUSALS.includes(code);
}

/** Whether Slack will refuse the same again there, and perhaps takes it elsewhere. */
export function isPlaceRefusal(error: unknown): boolean {
  const failure = classifyFailure(error);
  return failure.kind === 'refused' && !isTokenRefusal(failure.code);
}

/** Whether the window was asked for more than the 3 s after the click in which Slack opens one. */
export function isLateWindow(failure: SlackFailure): boolean {
  return failure.kind === 'refused' && failure.code === 'expired_trigger_id';
}

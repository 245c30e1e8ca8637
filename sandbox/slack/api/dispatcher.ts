import type { JsonObject } from '../block-kit/rule.js';
import type { Core } from '../core.js';
import { createBurstLimit, createWindowLimit, type RateLimit } from '../rate-limit.js';
import { readArguments } from './arguments.js';
import type { Method } from './method.js';
import { METHODS } from './registry.js';
import { SlackError } from './slack-error.js';

/** A call as it was answered, for tests and for the log. The token is not kept. */
export interface ApiCall {
  readonly method: string;
  readonly arguments: JsonObject;
  /** By the local Slack's clock, ms since the epoch. */
  readonly at: number;
  /** Slack's error code, when the call was refused. */
  readonly error?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers Web API calls: token, scope, rate limit, then the method itself. */
export interface Dispatcher {
  answer(method: string, token: string | undefined, args: JsonObject): ApiAnswer;
  readonly calls: readonly ApiCall[];
}

const POST_BURST = 3;

function tokenError(method: Method, token: string | undefined, core: Core): string | undefined {
  if (token === undefined || token === '') return 'not_authed';
  if (token !== core.botToken && token !== core.appToken) return 'invalid_auth';
  const kind = token === core.appToken ? 'app' : 'bot';
  return method.token === 'either' || method.token === kind ? undefined : 'not_allowed_token_type';
}

function refuse(status: number, retryAfterSecs: number): ApiAnswer {
  const error = status === 429 ? 'ratelimited' : 'internal_error';
  const headers: Record<string, string> = status === 429 ? { 'retry-after': String(retryAfterSecs) } : {};
  return { status, body: { ok: false, error }, headers };
}

/** @param enforceLimits false turns the rate limits off (not the limits on content). */
export function createDispatcher(core: Core, enforceLimits: boolean): Dispatcher {
  const calls: ApiCall[] = [];
  const posts = createBurstLimit(POST_BURST, core.workspace.now);
  const windows = new Map<string, RateLimit>();

  /** A person's id and the id of the conversation with that person count together. */
  function conversationOf({ channel }: JsonObject): string {
    const id = String(channel);
    return core.workspace.channel(id)?.im ?? id;
  }

  function wait(name: string, method: Method, args: JsonObject): number | undefined {
    if (!enforceLimits || method.limit === undefined) return undefined;
    if (method.limit === 'channel') return posts.admit(conversationOf(args));
    const window = windows.get(name) ?? createWindowLimit(method.limit, core.workspace.now);
    windows.set(name, window);
    return window.admit(name);
  }

  function run(name: string, token: string | undefined, args: JsonObject): ApiAnswer {
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    if (!method) throw new SlackError('unknown_method', { req_method: name });
    const refused = tokenError(method, token, core);
    if (refused) throw new SlackError(refused);
    if (method.scope !== undefined && !core.scopes.includes(method.scope)) {
      throw new SlackError('missing_scope', { needed: method.scope, provided: core.scopes.join(',') });
    }
    const faulty = core.faults.refuse(name);
    if (faulty) return refuse(faulty.status, faulty.retryAfterSecs);
    const waitSecs = wait(name, method, args);
    if (waitSecs !== undefined) return refuse(429, waitSecs);
    const headers = {
      'x-oauth-scopes': core.scopes.join(','),
      ...(method.scope === undefined ? {} : { 'x-accepted-oauth-scopes': method.scope }),
    };
    return { status: 200, body: { ok: true, ...method.run(readArguments(args), core) }, headers };
  }

  function guarded(name: string, token: string | undefined, args: JsonObject): ApiAnswer {
    try {
      return run(name, token, args);
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return { status: 200, body: { ok: false, error: error.code, ...error.more }, headers: {} };
    }
  }

  return {
    calls,
    answer(method, token, { token: _secret, ...args }) {
      const answer = guarded(method, token, args);
      const error = typeof answer.body.error === 'string' ? { error: answer.body.error } : {};
      calls.push({ method, arguments: args, at: core.workspace.now(), ...error });
      return answer;
    },
  };
}

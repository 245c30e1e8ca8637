import type { HostErrorCode, HostTried } from '../domain/host-fault.js';
import { errnoOf } from '../machine/errno.js';
import { type CallOptions, HostError } from './host.js';

const CODE_OF_ERRNO: Readonly<Record<string, HostErrorCode>> = {
  ENOENT: 'not_found',
  ENOTDIR: 'not_found',
  EACCES: 'permission_denied',
  EPERM: 'permission_denied',
  EISDIR: 'not_a_file',
  ENXIO: 'not_a_file',
  ELOOP: 'not_found',
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EROFS: 'read_only',
  ETIMEDOUT: 'timeout',
};

/** sudo, where it would have to ask somebody. */
const SUDO_ASKS = /a (?:password|terminal) is required|must have a tty to run sudo/;

/** How the standard tools word the same faults, with a locale of C. */
const CODE_OF_MESSAGE: readonly (readonly [RegExp, HostErrorCode])[] = [
  [/No such file or directory|Not a directory|Too many levels of symbolic links/, 'not_found'],
  [/Permission denied|Operation not permitted/, 'permission_denied'],
  [SUDO_ASKS, 'permission_denied'],
  [/Is a directory/, 'not_a_file'],
  [/No space left on device|Disk quota exceeded/, 'no_space'],
  [/Read-only file system/, 'read_only'],
];

/** Turns a platform's error into the port's own. */
function hostErrorFrom(error: unknown, host: string, tried: HostTried): HostError {
  if (error instanceof HostError) return error;
  const errno = errnoOf(error);
  const code = (errno === undefined ? undefined : CODE_OF_ERRNO[errno]) ?? 'command_failed';
  const facts = { host, ...tried, errno: errno ?? '' };
  return new HostError(code, { code: 'host_failed', facts }, { cause: error });
}

/** Whether sudo refused because it would have to ask for a password. */
export const sudoAsks = (stderr: string): boolean => SUDO_ASKS.test(stderr);

/** The same from what a command printed on its error stream. */
export function hostErrorCodeFromMessage(stderr: string): HostErrorCode {
  return CODE_OF_MESSAGE.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'command_failed';
}

/**
 * Work on files with a bound on time: a hung network file system must not hang the bot. What was given up goes on
 * in the background, so the work gets a signal to look at before it makes anything final.
 */
export async function within<T>(
  host: string,
  tried: HostTried,
  defaultMs: number,
  options: CallOptions | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutMs = options?.timeoutMs ?? defaultMs;
  const outer = options?.signal;
  if (outer?.aborted) throw cancelled(host, tried);
  const controller = new AbortController();
  const giveUp = (reason: HostError) => controller.abort(reason);
  const timer = setTimeout(() => giveUp(timedOut(host, tried, timeoutMs)), timeoutMs);
  const onAbort = () => giveUp(cancelled(host, tried));
  outer?.addEventListener('abort', onAbort, { once: true });
  const givenUp = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(controller.signal), givenUp]);
  } catch (error) {
    throw hostErrorFrom(error, host, tried);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onAbort);
  }
}

export function timedOut(host: string, tried: HostTried, timeoutMs: number): HostError {
  return new HostError('timeout', { code: 'host_late', facts: { host, ...tried, timeoutMs } });
}

export function cancelled(host: string, tried: HostTried): HostError {
  return new HostError('cancelled', { code: 'host_cancelled', facts: { host, ...tried } });
}

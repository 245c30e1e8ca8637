import { DatabaseFaultError } from '../store/database-fault-error.js';

export interface Deadline {
  /** Rejects once, when the time is up or the caller gives up; never resolves. */
  readonly passed: Promise<never>;
  clear(): void;
}

/** One clock over connecting, queueing and running. The caller must `clear` it. */
export function startDeadline(timeoutMs: number, signal: AbortSignal | undefined): Deadline {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseFaultError('trading', 'timeout', { timeoutMs })), timeoutMs);
    onAbort = () => reject(new DatabaseFaultError('trading', 'cancelled'));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  passed.catch(() => {});
  return {
    passed,
    clear() {
      clearTimeout(timer);
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    },
  };
}

import { TradingDatabaseError } from './trading-database-error.js';

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
    timer = setTimeout(() => reject(new TradingDatabaseError('timeout', { timeoutMs })), timeoutMs);
    onAbort = () => reject(new TradingDatabaseError('cancelled'));
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

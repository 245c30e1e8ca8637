import { z } from 'zod';
import type { Target } from '../runbook/targets.js';
import type { Logger } from '../telemetry/logger.js';

const TIMEOUT_MS = 5_000;

interface HeartbeatOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Pick<Response, 'ok' | 'status'>>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells a dead-man service of the operators' that the watch of a target is alive. Waits for nothing, follows no
 * redirect, and says nothing of the address, which may hold a secret.
 */
export function createHeartbeat({ fetch, logger }: HeartbeatOptions): (target: Target) => void {
  return ({ name, standingWatch }) => {
    const url = standingWatch?.heartbeatUrl;
    if (url === undefined) return;
    const failed = (because: string) => logger.warn({ target: name, because }, 'a heartbeat was not taken');
    fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
      ({ ok, status }) => ok || failed(`status ${status}`),
      (error: unknown) => failed(reasonOf(error)),
    );
  };
}

const words = z.object({
  name: z.string().catch(''),
  cause: z.object({ code: z.string() }).optional().catch(undefined),
});

/** A code or the name of an error: its message may quote the address. */
function reasonOf(error: unknown): string {
  const { name, cause } = words.safeParse(error).data ?? { name: '' };
  return [cause?.code ?? '', name].find((word) => /^[A-Za-z][A-Za-z0-9_]{2,60}$/.test(word)) ?? 'unknown';
}

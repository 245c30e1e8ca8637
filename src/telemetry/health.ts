import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { escapeUnseen } from '../domain/plain-text.js';

/** Whether one dependency answers; `detail` is one sentence without secrets. */
export interface DependencyState {
  readonly ok: boolean;
  readonly detail?: string;
}

export type DependencyCheck = () => DependencyState | Promise<DependencyState>;

interface HealthOptions {
  /** By name, e.g. `slack`, `database`. The bot is ready when each of them is. */
  readonly dependencies: Readonly<Record<string, DependencyCheck>>;
  /** A dependency that has not answered by then counts as away. */
  readonly timeoutMs?: number;
}

export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/** undefined for what is no path, as `//`. */
export function pathOf({ url = '/' }: Pick<IncomingMessage, 'url'>): string | undefined {
  const base = 'http://localhost';
  return URL.canParse(url, base) ? new URL(url, base).pathname : undefined;
}

const isLook = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/**
 * Answers `/healthz` (the process is alive) and `/readyz` (each dependency, 503 if one is away).
 * Resolves to false, without touching the response, for any other path.
 */
export function createHealthHandler(options: HealthOptions): HealthHandler {
  return async (request, response) => {
    if (!isLook(request)) return false;
    const path = pathOf(request);
    if (path === '/healthz') sendJson(response, 200, { ok: true });
    else if (path === '/readyz') await sendReadiness(response, options);
    else return false;
    return true;
  };
}

/** Answers `/metrics` likewise. */
export function createMetricsHandler(registry: Registry): HealthHandler {
  return async (request, response) => {
    if (!isLook(request) || pathOf(request) !== '/metrics') return false;
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    return true;
  };
}

async function sendReadiness(response: ServerResponse, options: HealthOptions): Promise<void> {
  const asked = Object.entries(options.dependencies).map(async ([name, check]) => {
    return [name, await askWithin(check, options.timeoutMs ?? 2_000)] as const;
  });
  const dependencies = Object.fromEntries(await Promise.all(asked));
  const ok = Object.values(dependencies).every((dependency) => dependency.ok);
  sendJson(response, ok ? 200 : 503, { ok, dependencies });
}

async function askWithin(check: DependencyCheck, timeoutMs: number): Promise<DependencyState> {
  const done = new AbortController();
  const late = sleep(
    timeoutMs,
    { ok: false, detail: `no answer within ${timeoutMs} ms` },
    { signal: done.signal },
  );
  late.catch(() => undefined);
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch {
    // The cause may hold an address with a password: it belongs into the log of its owner, not here.
    return { ok: false, detail: 'the check failed' };
  } finally {
    done.abort();
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${escapeUnseen(JSON.stringify(body))}\n`);
}

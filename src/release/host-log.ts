import { byItsClock } from '../domain/clocks.js';
import type { HostLog } from '../domain/host-log.js';
import type { ReleaseRecord } from '../domain/release-record.js';
import { redact } from '../domain/secrets.js';
import { HostError } from '../hosts/host.js';
import { readHostClock } from '../hosts/host-clock.js';
import type { ReleaseContext } from './release-context.js';

const MAX_LINES = 40;
const TIMEOUT_MS = 10_000;

/** Reads it now. @throws what is no fault of a host */
export async function readHostLog(
  { sources, targets, now }: Pick<ReleaseContext, 'sources' | 'targets' | 'now'>,
  release: ReleaseRecord,
  name: string,
): Promise<HostLog> {
  const settings = targets.targets.get(release.target)?.hosts.find((host) => host.name === name);
  if (settings === undefined) return { kind: 'unknown' };
  const begun = release.steps.flatMap(({ host, startedAt }) => (host === name ? (startedAt ?? []) : []));
  const since = new Date(begun.sort()[0] ?? release.startedAt);
  const call = { timeoutMs: TIMEOUT_MS };
  try {
    const host = sources.hostOf(settings);
    const reading = await readHostClock(
      host,
      () => now().getTime(),
      () => call,
    );
    const log = await host.service.logs({ ...call, since: byItsClock(since, reading), limit: MAX_LINES });
    return { kind: 'lines', lines: log.map(({ text }) => redact(text, 'host')) };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { kind: 'unreadable', fault: error.fault };
  }
}

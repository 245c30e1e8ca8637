import type { CallOptions, ServiceManager, ServiceStatus } from '../host.js';
import { isFoundIn } from './loaded-line.js';

/**
 * Whether the running process said that it has loaded the strategy, as its log tells since its start. Something else than
 * the flag may turn a strategy on, and then the log alone tells.
 * @param startLog of the runbook. Which model it was does not matter here: any is the strategy.
 * @param pidBefore the main process of before: what it still says is nothing of the new one.
 * @returns undefined: nobody can see. False where the runbook knows no such line, and where nothing runs.
 */
export async function hasLoaded(
  service: Pick<ServiceManager, 'logs'>,
  { mainPid, startedAt, activeSince }: ServiceStatus,
  { startLog, pidBefore, isLoose = true }: LoadedSearch,
  call: CallOptions,
): Promise<boolean | undefined> {
  const [message] = startLog?.loadedLine.flatMap((part) => part.split('{')[0]?.trim() || []) ?? [];
  if (message === undefined || mainPid === 0) return false;
  const since = startedAt ?? activeSince;
  if (since === undefined) return undefined;
  const find = { line: { message, fields: {} }, isLoose, endsAfter: since, exceptPid: pidBefore };
  const lines = await service.logs({ ...call, since, find }).catch(() => undefined);
  return lines?.some(({ text, pid }) => pid !== pidBefore && isFoundIn(text, find));
}

interface LoadedSearch {
  readonly startLog: { readonly loadedLine: readonly string[] } | undefined;
  readonly pidBefore: number;
  /** Unless told otherwise whatever mentions the message counts: the safe side for who wants nothing to be loaded. */
  readonly isLoose?: boolean;
}

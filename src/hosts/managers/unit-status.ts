import { HostError, type ServiceStatus } from '../host.js';

/** What is asked of `systemctl show`, in its own names. */
export const STATUS_PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'MainPID',
  'NRestarts',
  'InvocationID',
  'ExecMainStatus',
  'ActiveEnterTimestamp',
  'ExecMainStartTimestamp',
  'ConditionTimestamp',
  'ActiveExitTimestamp',
  'User',
  'ControlGroup',
  'ExecStart',
  'KillMode',
  'SendSIGKILL',
] as const;

export const ACTIVE_STATES = [
  'active',
  'activating',
  'deactivating',
  'reloading',
  'inactive',
  'failed',
  'unknown',
] as const;

/**
 * Reads `KEY=value` lines as `systemctl show` prints them. `ActiveState`, `MainPID` and `NRestarts` have to be
 * there, since a proof of start rests on them; what is there has to be readable.
 * @throws HostError `unreadable_answer`; `not_found` when systemd knows no such unit.
 */
export function parseUnitStatus(host: string, text: string): ServiceStatus {
  const answer = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Za-z]+)=(.*?)\r?$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) answer.set(key, value.trim());
  }
  if (answer.get('LoadState') === 'not-found') {
    throw new HostError('not_found', { code: 'host_unit_unknown', facts: { host } });
  }
  return {
    activeState: activeState(host, required(host, answer, 'ActiveState')),
    subState: answer.get('SubState') ?? '',
    mainPid: count(host, 'MainPID', required(host, answer, 'MainPID')),
    restarts: count(host, 'NRestarts', required(host, answer, 'NRestarts')),
    invocationId: answer.get('InvocationID') ?? '',
    execMainStatus: count(host, 'ExecMainStatus', answer.get('ExecMainStatus') ?? '0'),
    activeSince: timestamp(host, answer, 'ActiveEnterTimestamp'),
    startedAt: startOf(host, answer),
    mainStartedAt: timestamp(host, answer, 'ExecMainStartTimestamp'),
    user: answer.get('User') ?? '',
    endsAll: endsAll(answer),
    execStart: answer.get('ExecStart') ?? '',
    controlGroup: answer.get('ControlGroup') ?? '',
  };
}

/**
 * systemd notes the start of a main process after it has forked: on a busy host the process may have written lines
 * before. What comes first is its look at the unit's conditions, also where there are none; a restart that leaves that
 * out follows on the end of the run before.
 */
function startOf(host: string, answer: ReadonlyMap<string, string>): Date | undefined {
  const noted = timestamp(host, answer, 'ExecMainStartTimestamp');
  if (noted === undefined) return undefined;
  const before = (['ConditionTimestamp', 'ActiveExitTimestamp'] as const)
    .flatMap((key) => timestamp(host, answer, key)?.getTime() ?? [])
    .filter((ms) => ms <= noted.getTime());
  return before.length === 0 ? noted : new Date(Math.max(...before));
}

function endsAll(answer: ReadonlyMap<string, string>): boolean | undefined {
  const mode = answer.get('KillMode');
  if (mode === undefined) return undefined;
  return (mode === 'control-group' || mode === 'mixed') && answer.get('SendSIGKILL') !== 'no';
}

function unreadable(host: string, key: string): HostError {
  return new HostError('unreadable_answer', { code: 'host_status_unreadable', facts: { host, key } });
}

function required(host: string, answer: ReadonlyMap<string, string>, key: string): string {
  const value = answer.get(key);
  if (value === undefined || value === '') throw unreadable(host, key);
  return value;
}

function count(host: string, key: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw unreadable(host, key);
  return Number(value);
}

function activeState(host: string, value: string): ServiceStatus['activeState'] {
  // States of newer versions that are neither running nor stopped for certain.
  if (value === 'maintenance' || value === 'refreshing') return 'unknown';
  const known = ACTIVE_STATES.find((state) => state === value);
  if (known === undefined) throw unreadable(host, 'ActiveState');
  return known;
}

/** `Sun 2026-11-22 18:00:00.123456 UTC` (systemd with `--timestamp=us+utc`), `@1795370400` or RFC 3339. */
function timestamp(host: string, answer: ReadonlyMap<string, string>, key: string): Date | undefined {
  const value = answer.get(key) ?? '';
  if (value === '' || value === 'n/a' || value === '0') return undefined;
  const [, day, time] =
    /^(?:[A-Z][a-z]{2} )?(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC$/.exec(value) ?? [];
  const [, seconds] = /^@(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  const isRfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/.test(value);
  const at =
    day !== undefined
      ? new Date(`${day}T${time}Z`)
      : seconds !== undefined
        ? new Date(Number(seconds) * 1000)
        : isRfc3339
          ? parseRfc3339(value)
          : undefined;
  if (at === undefined || Number.isNaN(at.getTime())) throw unreadable(host, key);
  return at;
}

/** Also with the offset as the journal writes it, without a colon. */
export function parseRfc3339(text: string): Date {
  return new Date(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}

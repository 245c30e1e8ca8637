/** What systemd would tell of a unit. */
export interface UnitState {
  readonly activeState: 'active' | 'activating' | 'deactivating' | 'inactive' | 'failed';
  readonly subState: 'running' | 'auto-restart' | 'stop-sigterm' | 'dead' | 'failed';
  readonly mainPid: number;
  readonly invocationId: string;
  readonly restarts: number;
  readonly execMainStatus: number;
  readonly activeEnteredAt: Date | undefined;
  /** Microseconds since boot. */
  readonly activeEnteredMonotonic: number;
}

export const NEVER_STARTED: UnitState = {
  activeState: 'inactive',
  subState: 'dead',
  mainPid: 0,
  invocationId: '',
  restarts: 0,
  execMainStatus: 0,
  activeEnteredAt: undefined,
  activeEnteredMonotonic: 0,
};

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * `Sun 2026-11-22 17:57:17.123000 UTC`, as with `--timestamp=us+utc`: by whole seconds an order that the process
 * before wrote in the second of a restart would count as the new one's. Nothing for a unit that was never active.
 */
function systemdTimestamp(at: Date | undefined): string {
  if (at === undefined) return '';
  const [date, time] = at.toISOString().split('T');
  return `${WEEKDAYS[at.getUTCDay()]} ${date} ${time?.slice(0, 12)}000 UTC`;
}

/** The `KEY=value` lines of `systemctl show`. */
export function formatUnitState(state: UnitState): string {
  return [
    `MainPID=${state.mainPid}`,
    `NRestarts=${state.restarts}`,
    `ExecMainStatus=${state.execMainStatus}`,
    `InvocationID=${state.invocationId}`,
    `ActiveState=${state.activeState}`,
    `SubState=${state.subState}`,
    `ExecMainStartTimestamp=${systemdTimestamp(state.activeEnteredAt)}`,
    `ActiveEnterTimestamp=${systemdTimestamp(state.activeEnteredAt)}`,
    ...(process.getuid === undefined ? [] : [`User=${process.getuid()}`]),
    `ActiveEnterTimestampMonotonic=${state.activeEnteredMonotonic}`,
    '',
  ].join('\n');
}

import { z } from 'zod';
import { accountName, argumentList, killAfterSecs } from '../../domain/host-setting.js';

/**
 * How a service is driven, as argument lists of the targets file. Inside an element stand, where wished:
 * `{since}` (RFC 3339, UTC), `{sinceUnix}` (seconds, with decimals) and `{limit}` in `logs`, `{pid}` in `environ` and `current`.
 */
export const commandSettings = z.strictObject({
  manager: z.literal('command'),
  /** Answers `KEY=value` lines as `systemctl show` does: at least ActiveState, MainPID and NRestarts. */
  status: argumentList,
  restart: argumentList,
  stop: argumentList,
  /** Ends all processes of the service with SIGKILL. */
  kill: argumentList.optional(),
  logs: argumentList,
  /** Prints the running process’s environment, NUL-separated; without it /proc is read. */
  environ: argumentList.optional(),
  /** Prints the seconds since 1970 of the machine that the other commands speak of, as `date +%s.%N` does; left out: the host's. */
  clock: argumentList.optional(),
  /** Prints the process numbers of all that the service runs, one a line; without it no halt is verified. */
  processes: argumentList.optional(),
  /**
   * Prints what the process runs and how the service is loaded, as `KEY=value` lines: `Exe` (as readlink prints
   * /proc/PID/exe), `ExeIdentity` (`DEVICE:INODE`), `State`; `NeedDaemonReload`, `Environment`, `EnvironmentFiles`.
   */
  current: argumentList.optional(),
  /**
   * A timer of the host's own. `arm` gets a /bin/sh script on its standard input, to be run after `{seconds}`; `{name}`
   * names it, `{until}` is the deadline (RFC 3339). `status` prints `armed`, `armed UNTIL`, `acting` or `none`.
   */
  deadMan: z.strictObject({ arm: argumentList, disarm: argumentList, status: argumentList }).optional(),
  user: accountName.optional(),
  killAfterSecs,
  restartSecs: z.number().min(0).max(300).default(5),
});
export type CommandSettings = z.infer<typeof commandSettings>;

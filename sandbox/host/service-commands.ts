import type { HostLayout } from './host-layout.js';

/** The argument lists by which a `command` service manager controls a host. */
export interface ServiceCommands {
  readonly manager: 'command';
  readonly status: readonly string[];
  readonly restart: readonly string[];
  readonly stop: readonly string[];
  /** `{since}` stands for a moment, RFC 3339. */
  readonly logs: readonly string[];
  /** Prints the time by the host's own clock. */
  readonly clock: readonly string[];
  readonly processes: readonly string[];
  /** How the supervisor has the service loaded; what runs is told by /proc. */
  readonly current: readonly string[];
  /** A timer of the host's own, which ends with the host. */
  readonly deadMan: Readonly<Record<'arm' | 'disarm' | 'status', readonly string[]>>;
  readonly restartSecs: number;
}

export interface TradingHost extends HostLayout {
  readonly service: ServiceCommands;
  /** Brings a stopped service up again, as a person on the host would. */
  readonly startCommand: readonly string[];
  /** Prints the running process's environment. The bot does not need it: it reads /proc, as on a real host. */
  readonly environCommand: readonly string[];
}

/** @param restartDelayMs RestartSec. */
export function commandsOf({ controlPath }: HostLayout, restartDelayMs: number) {
  const control = (...words: string[]): string[] => [controlPath, ...words];
  const service: ServiceCommands = {
    manager: 'command',
    status: control('status'),
    restart: control('restart'),
    stop: control('stop'),
    logs: control('logs', '--since', '{since}'),
    clock: control('clock'),
    processes: control('processes'),
    current: control('current'),
    deadMan: {
      arm: control('dead-man', 'arm', '{name}', '{seconds}', '{until}'),
      disarm: control('dead-man', 'disarm', '{name}'),
      status: control('dead-man', 'status', '{name}'),
    },
    restartSecs: restartDelayMs / 1000,
  };
  return { service, startCommand: control('start'), environCommand: control('environ') };
}

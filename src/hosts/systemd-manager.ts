import { type CommandRunner, runChecked } from './command-runner.js';
import {
  type CallOptions,
  HostError,
  type LogLine,
  type ServiceManager,
  type ServiceStatus,
} from './host.js';
import { parseJournalLines } from './log-lines.js';
import { createProcessReader, type ProcessReader } from './process-environment.js';
import { parseUnitStatus, STATUS_PROPERTIES } from './unit-status.js';

/** systemd itself waits up to 90 s for a service to stop, unless the unit says otherwise. */
export const DEFAULT_RESTART_TIMEOUT_MS = 120_000;
/** A start is looked at for a minute: this is more than a hundred lines a second. */
export const DEFAULT_LOG_LIMIT = 10_000;
export const MAX_LOG_BYTES = 32 * 1024 * 1024;

interface SystemdManagerOptions {
  readonly runner: CommandRunner;
  /** e.g. `ploy-crypto-live.service`. */
  readonly unit: string;
  /** Put before each command, e.g. `['sudo', '-n']`. */
  readonly sudo?: readonly string[];
  /** true: the unit belongs to the account's own systemd (`systemctl --user`). */
  readonly user?: boolean;
  /** Looks at processes; by programs of the host unless told. */
  readonly processes?: ProcessReader;
}

/** Drives one systemd unit. An exit code of 0 from `restart` proves nothing: see proof-of-start.ts. */
export function createSystemdManager(options: SystemdManagerOptions): ServiceManager {
  const { runner, unit, sudo = [], processes = createProcessReader(runner) } = options;
  if (!/^[A-Za-z0-9:_.@\\-]+$/.test(unit) || unit.startsWith('-')) {
    throw new HostError(
      'not_configured',
      runner.host,
      `${runner.host}: the unit's name is not one of systemd's.`,
    );
  }
  const scope = options.user ? ['--user'] : [];
  const systemctl = (...words: string[]) => [...sudo, 'systemctl', ...scope, '--no-pager', ...words];
  const act = async (verb: 'restart' | 'stop', call?: CallOptions) => {
    await runChecked(runner, `systemctl ${verb} ${unit}`, systemctl(verb, unit), {
      timeoutMs: DEFAULT_RESTART_TIMEOUT_MS,
      ...call,
    });
  };
  return {
    description: `systemd unit ${unit}`,
    async status(call?: CallOptions): Promise<ServiceStatus> {
      const command = systemctl(
        'show',
        '--timestamp=us+utc',
        `--property=${STATUS_PROPERTIES.join(',')}`,
        unit,
      );
      const { stdout } = await runChecked(runner, `systemctl show ${unit}`, command, call);
      return parseUnitStatus(runner.host, stdout.toString('utf8'));
    },
    async account({ user }, call) {
      if (user) return user;
      if (!options.user) return 'root';
      const own = await runChecked(runner, 'asking for the own account', ['id', '-u'], call);
      return own.stdout.toString('utf8').trim();
    },
    restart: (call) => act('restart', call),
    stop: (call) => act('stop', call),
    async logs({ since, until, limit = DEFAULT_LOG_LIMIT, ...call }): Promise<readonly LogLine[]> {
      const command = [
        ...[...sudo, 'journalctl', ...(options.user ? [`--user-unit=${unit}`] : [`--unit=${unit}`])],
        ...[`--since=@${unixSeconds(since)}`, `--lines=${limit}`],
        ...(until === undefined ? [] : [`--until=@${unixSeconds(until)}`]),
        ...['--output=short-iso-precise', '--quiet', '--no-pager'],
      ];
      const bounded = { ...call, maxOutputBytes: MAX_LOG_BYTES };
      const { stdout } = await runChecked(runner, `journalctl ${unit}`, command, bounded);
      return parseJournalLines(stdout.toString('utf8'));
    },
    processEnvironment: (pid, names, call) => processes.environment(pid, names, { ...call, sudo }),
  };
}

const unixSeconds = (at: Date): string => (at.getTime() / 1000).toFixed(3);

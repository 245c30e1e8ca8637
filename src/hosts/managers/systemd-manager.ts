import { programNamed, runChecked } from '../command-runner.js';
import { type CallOptions, HostError, type LogCall, type ServiceManager } from '../host.js';
import { parseJournalLine } from './log-lines.js';
import { createProcessReader } from './process-environment.js';
import { askProcesses, controlGroupProcesses } from './process-list.js';
import { DEFINITION_PROPERTIES, parseServiceDefinition } from './service-definition.js';
import { driveByCommands, readLog, type ServiceKind, type ServiceParts } from './service-kind.js';
import { systemdDeadMan } from './systemd-dead-man.js';
import type { SystemdSettings } from './systemd-settings.js';
import { unitFilesChangedAt } from './unit-files.js';
import { STATUS_PROPERTIES } from './unit-status.js';

export const systemdManager = {
  manager: 'systemd',
  create: (unit, parts) => createSystemdManager(unit, parts),
  byHand({ unit, sudo = [], userManager }) {
    const typed = (...words: string[]) => [...sudo, 'systemctl', ...scopeOf(userManager), ...words, unit];
    return {
      stop: typed('stop'),
      kill: typed('kill', '--signal=KILL'),
      restart: typed('restart'),
      status: typed('show', '-p', 'ActiveState,MainPID'),
    };
  },
  acts(settings) {
    const systemctl = systemctlOf(settings);
    return [systemctl('restart'), systemctl('stop'), systemctl('kill', '--signal=KILL')];
  },
} satisfies ServiceKind<SystemdSettings>;

const scopeOf = (userManager: boolean): readonly string[] => (userManager ? ['--user'] : []);

type SystemdUnit = Pick<SystemdSettings, 'unit' | 'sudo' | 'userManager' | 'processes' | 'killAfterSecs'>;

const journalWords = ({ since, until }: LogCall): readonly string[] => [
  `--since=@${unixSeconds(since)}`,
  ...(until === undefined ? [] : [`--until=@${unixSeconds(until)}`]),
  // Without --all a message with a control character is a number of bytes.
  ...['--output=short-iso-precise', '--all', '--quiet', '--no-pager'],
];

const systemctlOf =
  ({ unit, sudo = [], userManager }: Pick<SystemdSettings, 'unit' | 'sudo' | 'userManager'>) =>
  (...words: string[]) => [
    ...[...sudo, 'systemctl', ...scopeOf(userManager), '--no-pager'],
    ...[...words, unit],
  ];

function assertUnitName(host: string, unit: string): void {
  if (/^[A-Za-z0-9:_.@\\-]+$/.test(unit) && !unit.startsWith('-')) return;
  throw new HostError('not_configured', { code: 'host_unit_name', facts: { host } });
}

/** Drives one systemd unit. An exit code of 0 from `restart` proves nothing: see proof-of-start.ts. */
export function createSystemdManager(
  { unit, sudo = [], userManager, processes: listed, killAfterSecs }: SystemdUnit,
  { runner, processes = createProcessReader(runner) }: ServiceParts,
): ServiceManager {
  assertUnitName(runner.host, unit);
  const systemctl = systemctlOf({ unit, sudo, userManager });
  const commands = {
    status: systemctl('show', '--timestamp=us+utc', `--property=${STATUS_PROPERTIES.join(',')}`),
    restart: systemctl('restart'),
    stop: systemctl('stop'),
    kill: systemctl('kill', '--signal=KILL'),
  };
  const driven = driveByCommands(runner, commands, (verb) =>
    programNamed(`systemctl ${verb === 'status' ? 'show' : verb} ${unit}`),
  );
  // The timer's service is the manager's own: no sudo there.
  const own = (...words: string[]) => ['systemctl', ...scopeOf(userManager), ...words, unit];
  const deadMan = systemdDeadMan({
    runner,
    sudo,
    scope: scopeOf(userManager),
    own: {
      status: own('show', '--property=ActiveState,MainPID'),
      restart: own('restart'),
      stop: own('stop'),
      kill: own('kill', '--signal=KILL'),
      killAfterSecs,
    },
  });
  const programOf = async (pid: number, call?: CallOptions) =>
    (await processes.facts(pid, { ...call, sudo }))?.program?.path;
  const askDefinition = systemctl('show', ...DEFINITION_PROPERTIES.map((name) => `--property=${name}`));
  // Everybody may ask that; sudo may allow no more than the unit's own commands.
  const managerEnvironment = ['systemctl', ...scopeOf(userManager), '--no-pager', 'show-environment'];
  return {
    description: unit,
    ...driven,
    deadMan,
    async restart(call) {
      try {
        await driven.restart(call);
      } catch (error) {
        // Starts that failed count towards the unit's limit: the next one must not be refused for theirs.
        if (error instanceof HostError && error.exitCode !== undefined)
          await runner.run(systemctl('reset-failed'), { signal: call?.signal }).catch(() => undefined);
        throw error;
      }
    },
    async account({ user }, call) {
      if (user) return user;
      if (!userManager) return 'root';
      const own = await runChecked(runner, { attempt: 'ask_own_account', subject: '' }, ['id', '-u'], call);
      return own.stdout.toString('utf8').trim();
    },
    logs(call) {
      const source = { tried: programNamed(`journalctl ${unit}`), parse: parseJournalLine };
      const read = [...sudo, 'journalctl', userManager ? `--user-unit=${unit}` : `--unit=${unit}`];
      return readLog(runner, [...read, ...journalWords(call)], source, call);
    },
    processEnvironment: (pid, names, call) => processes.environment(pid, names, { ...call, sudo }),
    processes: async (status, call) =>
      listed === undefined
        ? controlGroupProcesses(runner, status, { ...call, programOf })
        : askProcesses(runner, listed, call),
    variableNames: (pid, prefix, call) => processes.variableNames(pid, prefix, { ...call, sudo }),
    async definition({ asksFiles = false, ...call } = {}) {
      const shown = programNamed(`systemctl show ${unit}`);
      const { stdout } = await runChecked(runner, shown, askDefinition, call);
      const { exitCode, stdout: ofManager } = await runner.run(managerEnvironment, call);
      // What the manager hands to every service is part of what is asked.
      if (exitCode !== 0) return undefined;
      const definition = parseServiceDefinition(stdout.toString('utf8'), ofManager.toString('utf8'));
      // Nothing was read anew since the process was started: it is what the unit says.
      const isOfProcess = definition?.command?.isOfProcess !== false;
      if (definition === undefined || (isOfProcess && !asksFiles)) return definition;
      return { ...definition, filesChangedAt: await unitFilesChangedAt(runner, definition, call) };
    },
    processFacts: (pid, call) => processes.facts(pid, { ...call, sudo }),
  };
}

const unixSeconds = (at: Date): string => (at.getTime() / 1000).toFixed(3);

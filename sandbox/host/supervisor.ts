import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { parseEnvironmentFile } from '../../src/hosts/environment/environment-file.js';
import { exitWithParent } from './exit-with-parent.js';
import { readFaults } from './faults.js';
import { hostTime } from './host-time.js';
import { writeJournal } from './journal.js';
import { type SupervisorSettings, supervisorSettings } from './supervisor-settings.js';
import { createUnit, type Unit } from './unit.js';
import { formatUnitState, NEVER_STARTED, type UnitState } from './unit-state.js';

/**
 * The supervisor of one simulated host: one unit that behaves as under systemd, behind a Unix socket. It ends, with its
 * unit, when its parent does.
 */

/** The layered environment as systemd would pass it on: read now, later files win. */
function readEnvironment(settings: SupervisorSettings): Record<string, string> {
  const environment = { ...settings.baseEnvironment };
  for (const path of settings.environmentFiles) {
    if (!existsSync(path)) continue;
    for (const { name, value } of parseEnvironmentFile(readFileSync(path, 'utf8')).assignments) {
      environment[name] = value;
    }
  }
  return environment;
}

/** What systemd gives to every service; it does not stand in the unit. */
const OF_THE_MANAGER = ['PATH', 'LANG'];

/**
 * How the unit is loaded, in systemd's words. It is what the supervisor was started with, and no file of its own that could
 * be changed since; the environment files are read at each start.
 */
function formatDefinition({ baseEnvironment, environmentFiles }: SupervisorSettings): string {
  const own = Object.entries(baseEnvironment).filter(([name]) => !OF_THE_MANAGER.includes(name));
  return [
    'NeedDaemonReload=no',
    `Environment=${own.map((pair) => pair.join('=')).join(' ')}`,
    ...environmentFiles.map((path) => `EnvironmentFiles=${path} (ignore_errors=yes)`),
    '',
  ].join('\n');
}

/** Written to a temporary file and renamed: a reader sees the old state or the new one. */
function writeStatus(settings: SupervisorSettings, state: UnitState): void {
  const { statusPath: path } = settings;
  const told = [`SupervisorPID=${process.pid}\n`, formatUnitState(state), formatDefinition(settings)];
  writeFileSync(`${path}.new`, told.join(''));
  renameSync(`${path}.new`, path);
}

function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

type Verbs = Record<string, () => Promise<string> | string>;

function createVerbs(settings: SupervisorSettings, unit: Unit): Verbs {
  const witness = (verb: string): void => {
    const { mainPid } = unit.state();
    appendFileSync(
      settings.appliedStepsPath,
      `${JSON.stringify({ at: new Date().toISOString(), verb, mainPid })}\n`,
    );
  };
  const witnessed = (verb: string, act: () => Promise<void>) => async () => {
    witness(verb);
    await act();
    return '';
  };
  return {
    start: witnessed('start', unit.start),
    stop: witnessed('stop', unit.stop),
    restart: witnessed('restart', async () => {
      if (readFaults(settings.faultsPath).has('restart_ignored')) return;
      await unit.restart();
    }),
    environ: () => {
      const { mainPid } = unit.state();
      if (mainPid === 0) throw new Error('the service has no process');
      return readFileSync(`/proc/${mainPid}/environ`, 'utf8');
    },
  };
}

async function answer(verbs: Verbs, request: string): Promise<string> {
  try {
    const verb = z.string().parse(JSON.parse(request));
    const run = verbs[verb];
    if (run === undefined) return `error\nunknown verb ${verb}\n`;
    return `ok\n${await run()}`;
  } catch (error) {
    return `error\n${error instanceof Error ? error.message : String(error)}\n`;
  }
}

function serve(verbs: Verbs, socket: Socket): void {
  let request = '';
  socket.setEncoding('utf8').on('error', () => undefined);
  socket.on('data', (chunk: string) => {
    request += chunk;
    if (request.endsWith('\n')) answer(verbs, request).then((text) => socket.end(text));
  });
}

/** The last supervisor removes the folder of sockets and states: its parent may have been killed. */
function removeRunFiles({ socketPath, statusPath }: SupervisorSettings): void {
  rmSync(socketPath, { force: true });
  rmSync(statusPath, { force: true });
  try {
    rmdirSync(dirname(socketPath));
  } catch {
    // Another host's files are still in it.
  }
}

function main(argument: string | undefined): void {
  const settings = supervisorSettings.parse(JSON.parse(argument ?? '{}'));
  const unit = createUnit({
    ...settings,
    environment: () => readEnvironment(settings),
    log: (text) => writeJournal(settings.journalPath, hostTime(settings.clockPath), text),
    onChange: (state) => writeStatus(settings, state),
    now: () => hostTime(settings.clockPath),
    monotonic: monotonicMicroseconds,
  });
  const end = async (): Promise<void> => {
    await unit.kill();
    removeRunFiles(settings);
  };
  exitWithParent(end);
  process.on('SIGTERM', async () => {
    await end();
    process.exit(0);
  });
  const verbs = createVerbs(settings, unit);
  rmSync(settings.socketPath, { force: true });
  writeStatus(settings, NEVER_STARTED);
  // A client half-closes after its request and still waits for the answer.
  createServer({ allowHalfOpen: true }, (socket) => serve(verbs, socket)).listen(
    settings.socketPath,
    async () => {
      await unit.start();
      process.stdout.write('ready\n');
    },
  );
}

main(process.argv[2]);

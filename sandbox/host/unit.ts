import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NEVER_STARTED, type UnitState } from './unit-state.js';

export interface UnitOptions {
  /** Argument list of the service's process. */
  readonly execStart: readonly string[];
  readonly workingFolder: string;
  readonly restartDelayMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number;
  /** Asked again at each start, as systemd reads its environment files. */
  readonly environment: () => Record<string, string>;
  readonly log: (text: string) => void;
  /** Told of every change, before anybody else is. */
  readonly onChange: (state: UnitState) => void;
  readonly now: () => Date;
  /** Microseconds since boot. */
  readonly monotonic: () => number;
}

/** A service of type `simple` with `Restart=always`. */
export interface Unit {
  state(): UnitState;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Ends the process at once, for when the supervisor itself ends. */
  kill(): Promise<void>;
}

/** Started so, a process dies with its parent even when the parent is killed. Linux only. */
function mortalArguments(execStart: readonly string[]): [string, string[]] {
  const [program = '', ...rest] = execStart;
  if (process.platform !== 'linux') return [program, rest];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', program, ...rest]];
}

export function createUnit(options: UnitOptions): Unit {
  let state: UnitState = NEVER_STARTED;
  const change = (changed: Partial<UnitState>): void => {
    state = { ...state, ...changed };
    options.onChange(state);
  };
  let child: ChildProcess | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let stopping = false;

  function launch(): void {
    const [program, args] = mortalArguments(options.execStart);
    const invocationId = randomBytes(16).toString('hex');
    const started = spawn(program, args, {
      cwd: options.workingFolder,
      env: { ...options.environment(), INVOCATION_ID: invocationId },
      // The process ends when its standard input does: the way out where there is no parent-death signal.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child = started;
    change({
      activeState: 'active',
      subState: 'running',
      mainPid: started.pid ?? 0,
      invocationId,
      execMainStatus: 0,
      activeEnteredAt: options.now(),
      activeEnteredMonotonic: options.monotonic(),
    });
    options.log(`systemd[1]: Started ploy, process ${started.pid ?? 'none'}.`);
    for (const stream of [started.stdout, started.stderr]) {
      if (stream !== null)
        createInterface(stream).on('line', (line) => options.log(`ploy[${started.pid}]: ${line}`));
    }
    started.stdin?.on('error', () => undefined);
    started.on('error', () => ended(started, 203));
    started.on('exit', (code, signal) => ended(started, code ?? (signal === 'SIGKILL' ? 9 : 15)));
  }

  function ended(which: ChildProcess, status: number): void {
    if (child !== which) return;
    child = undefined;
    const left = { mainPid: 0, execMainStatus: status };
    if (stopping) {
      change({ ...left, activeState: 'inactive', subState: 'dead' });
      return;
    }
    options.log(
      `systemd[1]: Main process exited, status=${status}; restarting in ${options.restartDelayMs} ms.`,
    );
    change({ ...left, activeState: 'activating', subState: 'auto-restart' });
    restartTimer = setTimeout(() => {
      change({ restarts: state.restarts + 1 });
      launch();
    }, options.restartDelayMs);
  }

  async function stop(): Promise<void> {
    clearTimeout(restartTimer);
    stopping = true;
    const running = child;
    if (running !== undefined) {
      change({ activeState: 'deactivating', subState: 'stop-sigterm' });
      // Not `exit`: its last output must not be logged after the next start.
      const exited = once(running, 'close');
      running.kill('SIGTERM');
      const force = setTimeout(() => running.kill('SIGKILL'), options.stopTimeoutMs);
      await exited;
      clearTimeout(force);
    }
    change({ activeState: 'inactive', subState: 'dead', mainPid: 0 });
    stopping = false;
    options.log('systemd[1]: Stopped ploy.');
  }

  /** By a person: the count of automatic restarts begins anew. */
  function start(): void {
    if (child !== undefined) return;
    clearTimeout(restartTimer);
    change({ restarts: 0 });
    launch();
  }

  // One job at a time, as systemd queues them for a unit.
  let lastJob: Promise<void> = Promise.resolve();
  const inTurn = (job: () => Promise<void>): Promise<void> => {
    lastJob = lastJob.then(job, job);
    return lastJob;
  };

  return {
    state: () => state,
    start: () => inTurn(async () => start()),
    stop: () => inTurn(stop),
    restart: () =>
      inTurn(async () => {
        await stop();
        start();
      }),
    async kill() {
      clearTimeout(restartTimer);
      stopping = true;
      if (child === undefined) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

import type { HaltFault, HostHalt } from '../domain/halt.js';
import { allAsWanted, stoodAsWanted, type Wanted } from '../hosts/environment/wanted.js';
import { type EnvironmentWritten, environmentIsAsWanted } from '../hosts/environment/write-wanted.js';
import { type Host, HostError, type ServiceStatus } from '../hosts/host.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { redact } from '../telemetry/redact.js';
import { type Clock, withTimeout } from '../time/clock.js';
import {
  decideHostAction,
  type HostAction,
  type HostHistory,
  type HostLook,
  type HostPolicy,
  isStopped,
} from './decide-host-action.js';

interface HostHaltOptions {
  readonly host: Host;
  readonly settings: TargetHost;
  /** Puts `wanted` in force; at the first try nobody has noted yet what stands there. @throws HostError */
  readonly write: (options: { timeoutMs: number; isFirstTry: boolean }) => Promise<EnvironmentWritten>;
  readonly wanted: Wanted;
  readonly policy: HostPolicy;
  readonly clock: Clock;
  /** What an earlier process of the bot knew of the host. */
  readonly initial: HostHalt;
  /** Told at each change. */
  readonly onChange: (host: HostHalt) => void;
  /** Told once, when the first attempt to write the files has ended, however it did. */
  readonly onFirstWrite?: () => void;
  /** Resolves when that is so on every host. */
  readonly allWritten?: Promise<void>;
  /** Resolves when the halt is safe from a crash of this process, or when that takes too long. Never rejects. */
  readonly noted?: Promise<void>;
  /** Asked before the first restart: another replica may be doing it already. Must answer at once. */
  readonly mayRestart?: () => Promise<boolean>;
  /** Ends the looking; what was done stays done. */
  readonly signal: AbortSignal;
}

const FILE_TIMEOUT_MS = 5_000;
const STATUS_TIMEOUT_MS = 4_000;
const RESTART_TIMEOUT_MS = 60_000;
/** How long nothing but the writing is begun. */
const WRITE_ALONE_MS = 500;
/** How long a host whose files are written waits for the others' files. */
const OTHERS_WRITE_MS = 50;
/** How long the restart may wait for the look that names the old process. */
const BEFORE_TIMEOUT_MS = 1_500;
/** How long after it was issued a restart of an earlier process of the bot may still be on its way to the host. */
const SHOWS_WITHIN_MS = 1_500;
const POLL_MS = 100;
const UNDER_WAY_POLL_MS = 500;
const SETTLED_POLL_MS = 1_000;
const WRITE_AGAIN_MS = 1_000;

/**
 * Brings one host to a halt and keeps looking at it until the signal ends that: first the environment file, then the
 * restart, and then whatever the host itself shows to be missing. Never throws: what goes wrong is part of the record.
 */
export async function haltHost(options: HostHaltOptions): Promise<void> {
  await new HostHalting(options).run();
}

type Written = 'written' | 'was_done' | 'failed';

class HostHalting {
  readonly #o: HostHaltOptions;
  #record: HostHalt;
  #history: HostHistory = {
    writeFailed: false,
    outdatedPid: undefined,
    inFlight: undefined,
    restarts: 0,
    restartedAt: undefined,
    replacedPid: undefined,
    automaticRestarts: undefined,
    stops: 0,
    stoppedAt: undefined,
    waitingSince: undefined,
  };
  #status: ServiceStatus | undefined;
  #nextWriteAt = 0;
  #isWriting = false;
  /** Ends the present pause. */
  #wake = new AbortController();

  constructor(options: HostHaltOptions) {
    this.#o = options;
    this.#record = options.initial;
  }

  async run(): Promise<void> {
    const { signal, clock, allWritten = Promise.resolve(), onFirstWrite } = this.#o;
    const written = this.#write();
    void written.then(onFirstWrite);
    // The flag first, on every host: to start a program takes the bot longer than to write the file. But a disk may hang.
    await withTimeout(clock, WRITE_ALONE_MS, written);
    await withTimeout(clock, OTHERS_WRITE_MS, allWritten);
    const before = this.#askStatus();
    await this.#actAtOnce(before, await written);
    if (this.#history.inFlight !== undefined) await this.#pause({ kind: 'wait', fault: null });
    await this.#letEarlierRestartShow();
    while (!signal.aborted) {
      const look = await this.#look();
      if (signal.aborted) return;
      if (look.disk === 'differs' && this.#history.writeFailed) void this.#writeAgain();
      const action = decideHostAction(look, this.#knownHistory(look), this.#o.policy);
      await this.#take(action, look);
      await this.#pause(action);
    }
  }

  /**
   * The service manager may not have heard of it yet: asked again at once, the service would restart twice. A process
   * that was killed may have issued it right after what it had last written down.
   */
  async #letEarlierRestartShow(): Promise<void> {
    const { clock, signal, initial } = this.#o;
    const { disk, before, restart, restartAt, diskAt } = initial;
    const hadBegun = disk === 'done' || before !== undefined;
    if (!hadBegun || (restart !== 'issued' && restart !== 'pending')) return;
    const lastKnown = restartAt ?? diskAt;
    const issuedAt = lastKnown === null ? clock.now() : Date.parse(lastKnown);
    const waitMs = Math.min(issuedAt + SHOWS_WITHIN_MS - clock.now(), SHOWS_WITHIN_MS);
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
  }

  #knownHistory({ disk }: HostLook): HostHistory {
    const { diskWasDone, disk: written, pidBefore } = this.#record;
    const outdatedPid = written === 'done' && !diskWasDone ? (pidBefore ?? undefined) : undefined;
    const writeFailed = this.#history.writeFailed && disk !== 'as_wanted';
    this.#history = { ...this.#history, outdatedPid, writeFailed };
    return this.#history;
  }

  /** What needs no look: the files have just changed, so the process that runs is the wrong one. */
  async #actAtOnce(before: Promise<ServiceStatus | undefined>, written: Written): Promise<void> {
    const { policy, noted, signal } = this.#o;
    await noted;
    if (written === 'was_done' || signal.aborted) return;
    const status = await withTimeout(this.#o.clock, BEFORE_TIMEOUT_MS, before);
    if (status !== undefined) this.#change({ pidBefore: this.#record.pidBefore ?? status.mainPid });
    if (status !== undefined && isStopped(status)) return;
    if (policy.stop === 'asked') this.#stop('asked');
    else if (written === 'failed' && policy.stop === 'allowed') this.#stop('not_on_disk');
    else if (written === 'written' && (await this.#mayRestart())) this.#restart();
  }

  async #mayRestart(): Promise<boolean> {
    return (await this.#o.mayRestart?.()) ?? true;
  }

  async #write(): Promise<Written> {
    const { host, write, wanted, clock } = this.#o;
    const { before: known, disk: knownDisk } = this.#record;
    try {
      // Once written, nobody can tell any more what stood there.
      const isFirstTry = known === undefined && knownDisk !== 'done';
      const { wasDone, files, before, failed } = await write({ timeoutMs: FILE_TIMEOUT_MS, isFirstTry });
      const isFirst = this.#record.disk !== 'done';
      const first = this.#record.before ?? (isFirst ? before : undefined);
      if (failed !== undefined) {
        this.#change({ before: first });
        throw new HostError(failed.code, host.name, failed.detail);
      }
      // A process that was killed may have written what stands there now.
      const wasThere = wasDone && (first === undefined || stoodAsWanted(first, wanted));
      this.#change({
        disk: 'done',
        diskAt: isFirst ? this.#now() : this.#record.diskAt,
        diskWasDone: isFirst ? wasThere : this.#record.diskWasDone,
        files: [...new Set([...this.#record.files, ...files])],
        before: first,
      });
      this.#history = { ...this.#history, writeFailed: false };
      return wasDone ? 'was_done' : 'written';
    } catch (error) {
      const failed = this.#faultOf('not_on_disk', error);
      // A stopped service trades nothing, whatever stands on disk: that is told beside it.
      const isOff = this.#record.process === 'stopped';
      this.#change({ disk: 'failed', ...(isOff ? { faultDetail: failed.faultDetail } : failed) });
      this.#history = { ...this.#history, writeFailed: true };
      this.#nextWriteAt = clock.now() + WRITE_AGAIN_MS;
      return 'failed';
    }
  }

  async #look(): Promise<HostLook> {
    const { host, settings, wanted, clock } = this.#o;
    const [status, isOnDisk] = await Promise.all([
      this.#askStatus(),
      environmentIsAsWanted(host, settings, wanted, FILE_TIMEOUT_MS).catch(() => undefined),
    ]);
    const process = await this.#askProcess(status?.mainPid ?? 0);
    const disk = isOnDisk === undefined ? 'unreadable' : isOnDisk ? 'as_wanted' : 'differs';
    this.#remember(status);
    return { at: clock.now(), disk, status, process };
  }

  #remember(status: ServiceStatus | undefined): void {
    this.#status = status;
    if (status === undefined) return;
    const { automaticRestarts, waitingSince, restarts, inFlight } = this.#history;
    const isAfter = restarts > 0 && inFlight === undefined;
    this.#history = {
      ...this.#history,
      automaticRestarts: isAfter ? (automaticRestarts ?? status.restarts) : undefined,
      waitingSince: isAfter && status.mainPid === 0 ? (waitingSince ?? this.#o.clock.now()) : undefined,
    };
  }

  async #take(action: HostAction, look: HostLook): Promise<void> {
    const isSame = look.status !== undefined && look.status.mainPid === this.#record.pid;
    this.#change({ pid: look.status?.mainPid ?? this.#record.pid });
    if (look.disk === 'as_wanted' && this.#record.disk !== 'done') {
      this.#change({ disk: 'done', diskAt: this.#now() });
    }
    if (look.process === 'differs') this.#change({ process: 'differs', processAt: null });
    else if (action.kind !== 'settled' || !isSame) this.#change({ process: 'unknown', processAt: null });
    switch (action.kind) {
      case 'write':
        return this.#writeAgain();
      case 'restart':
        if (await this.#mayRestart()) this.#restart();
        return;
      case 'stop':
        return this.#stop(action.because);
      case 'wait':
        return this.#waitFor(action.fault);
      case 'settled':
        return this.#settle(action.process);
    }
  }

  async #writeAgain(): Promise<void> {
    if (this.#isWriting || this.#o.clock.now() < this.#nextWriteAt) return;
    this.#isWriting = true;
    await this.#write();
    this.#isWriting = false;
  }

  #waitFor(fault: HaltFault | null): void {
    if (fault === null) return;
    const detail = this.#record.fault === fault ? this.#record.faultDetail : '';
    this.#change({ fault, faultDetail: detail });
  }

  #settle(process: 'as_wanted' | 'stopped'): void {
    const { restart, stop, process: known, processAt, disk } = this.#record;
    this.#change({
      process,
      processAt: known === process ? processAt : this.#now(),
      restart: restart === 'issued' ? 'done' : restart === 'pending' ? 'not_needed' : restart,
      stop: stop === 'issued' && process === 'stopped' ? 'done' : stop,
      // A stopped service trades as little as one whose flag is off; what is on disk is told beside it.
      fault: null,
      faultDetail: disk === 'failed' ? this.#record.faultDetail : '',
    });
  }

  #restart(): void {
    const { service } = this.#o.host;
    this.#history = {
      ...this.#history,
      inFlight: 'restart',
      restarts: this.#history.restarts + 1,
      replacedPid: this.#status?.mainPid ?? this.#record.pidBefore ?? undefined,
      restartedAt: undefined,
      automaticRestarts: undefined,
    };
    this.#change({
      restart: 'issued',
      restartAt: this.#now(),
      pidBefore: this.#record.pidBefore ?? this.#status?.mainPid ?? null,
    });
    const restarting = service.restart({ timeoutMs: RESTART_TIMEOUT_MS, signal: this.#o.signal }).then(
      () => {
        this.#history = { ...this.#history, inFlight: undefined, restartedAt: this.#o.clock.now() };
      },
      (error: unknown) => {
        const failed = this.#faultOf('restart_failed', error);
        // What never reached the host, as far as anybody knows, was not tried: it is decided again by what shows.
        const restarts = this.#history.restarts - (failed.fault === 'not_answering' ? 1 : 0);
        this.#history = { ...this.#history, inFlight: undefined, restarts };
        this.#change({ restart: 'failed', ...failed });
      },
    );
    void restarting.then(() => this.#wake.abort());
  }

  #stop(because: HaltFault | 'asked'): void {
    this.#history = {
      ...this.#history,
      inFlight: 'stop',
      stops: this.#history.stops + 1,
      stoppedAt: undefined,
    };
    const fault = because === 'asked' ? {} : { fault: because };
    const first = this.#record.stopBecause ?? because;
    this.#change({ stop: 'issued', stopAt: this.#now(), stopBecause: first, ...fault });
    const ended = (stops: number) => {
      this.#wake.abort();
      this.#history = { ...this.#history, inFlight: undefined, stops, stoppedAt: this.#o.clock.now() };
    };
    this.#o.host.service.stop({ timeoutMs: RESTART_TIMEOUT_MS, signal: this.#o.signal }).then(
      () => ended(this.#history.stops),
      (error: unknown) => {
        const failed = this.#faultOf('stop_failed', error);
        ended(this.#history.stops - (failed.fault === 'not_answering' ? 1 : 0));
        this.#change({ stop: 'failed', ...failed });
      },
    );
  }

  async #askStatus(): Promise<ServiceStatus | undefined> {
    try {
      return await this.#o.host.service.status({ timeoutMs: STATUS_TIMEOUT_MS, signal: this.#o.signal });
    } catch (error) {
      if (this.#record.fault === 'not_answering') this.#change(this.#faultOf('not_answering', error));
      return undefined;
    }
  }

  async #askProcess(pid: number): Promise<HostLook['process']> {
    if (pid === 0) return 'none';
    const { host, wanted } = this.#o;
    try {
      const call = { timeoutMs: STATUS_TIMEOUT_MS, signal: this.#o.signal };
      const values = await host.service.processEnvironment(pid, [...wanted.keys()], call);
      if (values === undefined) return 'none';
      return allAsWanted(values, wanted) ? 'as_wanted' : 'differs';
    } catch {
      return 'unreadable';
    }
  }

  /** The fault itself, or that nobody answers at all, which says more. */
  #faultOf(fault: HaltFault, error: unknown): { fault: HaltFault; faultDetail: string } {
    const isAway = error instanceof HostError && (error.code === 'unreachable' || error.code === 'timeout');
    const detail = error instanceof HostError ? error.message : '';
    return { fault: isAway ? 'not_answering' : fault, faultDetail: redact(detail) };
  }

  #change(change: Partial<HostHalt>): void {
    // What a call that was cut off says at the end is no news of the host.
    if (this.#o.signal.aborted) return;
    const next = { ...this.#record, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#record)) return;
    this.#record = next;
    this.#o.onChange(next);
  }

  #now(): string {
    return new Date(this.#o.clock.now()).toISOString();
  }

  /** While a restart or stop is under way looks would only slow it; when it is through, the next one comes at once. */
  async #pause({ kind }: HostAction): Promise<void> {
    const { clock, signal } = this.#o;
    const isUnderWay = this.#history.inFlight !== undefined;
    this.#wake = new AbortController();
    const ms = kind === 'settled' ? SETTLED_POLL_MS : isUnderWay ? UNDER_WAY_POLL_MS : POLL_MS;
    await clock.sleep(ms, AbortSignal.any([signal, this.#wake.signal])).catch(() => undefined);
  }
}

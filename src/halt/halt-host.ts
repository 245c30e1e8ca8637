import {
  decideHostAction,
  decideWithRest,
  type HostAction,
  type HostLook,
  type HostRest,
  isStopped,
} from '../domain/decide-host-action.js';
import { type HaltFault, type HostHalt, newHostHalt } from '../domain/halt.js';
import type { ServiceStatus } from '../hosts/host.js';
import { type Clock, withTimeout } from '../time/clock.js';
import { FlagWriter, type Written } from './flag-writer.js';
import type { HostActs } from './host-acts.js';
import type { LiveHalt } from './live-halt.js';
import { ServiceCalls } from './service-calls.js';

/** What the first acts on a host wait for. None of it rejects. */
interface HostStart {
  /** The first attempt to write its files. */
  readonly written: Promise<Written>;
  /** The same of every host. */
  readonly allWritten: Promise<unknown>;
  /** The halt is safe from a crash of this process, or that takes too long. */
  readonly noted: Promise<void>;
  /** Whether this process restarts: another replica may be doing it. */
  readonly claim: Promise<boolean>;
}

/** How long nothing but the writing is begun. */
const WRITE_ALONE_MS = 500;
/** How long a host whose files are written waits for the others' files. */
const OTHERS_WRITE_MS = 50;
/** How long the restart may wait for the look that names the old process. */
const BEFORE_TIMEOUT_MS = 1_500;
/** How long after it was issued a restart of an earlier process of the bot may still be on its way to the host. */
const SHOWS_WITHIN_MS = 1_500;
/** Of a host that is not off yet nothing more is asked. */
const CLEAR: HostRest = { left: [], isLoaded: false };
const POLL_MS = 100;
const UNDER_WAY_POLL_MS = 500;
const SETTLED_POLL_MS = 1_000;

/**
 * Brings one host to a halt and keeps looking at it: first the environment file, then the restart, and then whatever the
 * host itself shows to be missing. Never rejects: what goes wrong is part of the halt.
 */
export class HaltHost {
  readonly #acts: HostActs;
  readonly #live: LiveHalt;
  readonly #clock: Clock;
  readonly #flag: FlagWriter;
  readonly #service: ServiceCalls;
  /** What an earlier process of the bot knew of the host. */
  readonly #initial: HostHalt;

  constructor(acts: HostActs, live: LiveHalt, clock: Clock) {
    this.#acts = acts;
    this.#live = live;
    this.#clock = clock;
    this.#flag = new FlagWriter(acts, live, clock);
    this.#service = new ServiceCalls(acts, live, clock);
    this.#initial = this.#record;
  }

  writeFlag(): Promise<Written> {
    return this.#flag.write();
  }

  /** From the first attempt to write on, until the halt stops acting. */
  async run(start: HostStart): Promise<void> {
    const { acting } = this.#live.signals;
    // The flag first, on every host: to start a program takes the bot longer than to write the file. But a disk may hang.
    await withTimeout(this.#clock, WRITE_ALONE_MS, start.written);
    await withTimeout(this.#clock, OTHERS_WRITE_MS, start.allWritten);
    await this.#actAtOnce(this.#service.status(), start);
    if (this.#service.history.inFlight !== undefined) await this.#pause({ kind: 'wait', fault: null });
    await this.#letEarlierRestartShow();
    while (!acting.aborted) {
      const look = await this.#look();
      if (acting.aborted) return;
      if (look.disk === 'as_wanted') this.#flag.seenAsWanted();
      if (look.disk === 'differs' && this.#flag.hasFailed) void this.#flag.writeAgain();
      const { diskWasDone, disk, pidBefore } = this.#record;
      const outdatedPid = disk === 'done' && !diskWasDone ? (pidBefore ?? undefined) : undefined;
      const history = { ...this.#service.history, outdatedPid, writeFailed: this.#flag.hasFailed };
      const bare = decideHostAction(look, history, this.#acts.policy);
      const rest = bare.kind === 'settled' ? await this.#lookAtRest() : CLEAR;
      const action = decideWithRest(bare, rest, history, this.#acts.policy, look.at);
      if (acting.aborted) return;
      await this.#take(action, look, start.claim);
      await this.#pause(action);
    }
  }

  get #record(): HostHalt {
    return this.#live.host(this.#acts.host) ?? newHostHalt(this.#acts.host);
  }

  /** What needs no look: the files have just changed, so the process that runs is the wrong one. */
  async #actAtOnce(before: Promise<ServiceStatus | undefined>, start: HostStart): Promise<void> {
    const { policy } = this.#acts;
    const written = await start.written;
    await start.noted;
    if (written === 'was_done' || this.#live.signals.acting.aborted) return;
    const status = await withTimeout(this.#clock, BEFORE_TIMEOUT_MS, before);
    if (status !== undefined) this.#change({ pidBefore: this.#record.pidBefore ?? status.mainPid });
    if (status !== undefined && isStopped(status)) return;
    if (policy.stop === 'asked') this.#service.stop('asked');
    else if (written === 'failed' && policy.stop === 'allowed') this.#service.stop('not_on_disk');
    else if (written === 'written' && (await start.claim)) this.#service.restart();
  }

  /**
   * The service manager may not have heard of it yet: asked again at once, the service would restart twice. A process
   * that was killed may have issued it right after what it had last written down.
   */
  async #letEarlierRestartShow(): Promise<void> {
    const { disk, before, restart, restartAt, diskAt } = this.#initial;
    const hadBegun = disk === 'done' || before !== undefined;
    if (!hadBegun || (restart !== 'issued' && restart !== 'pending')) return;
    const lastKnown = restartAt ?? diskAt;
    const now = this.#clock.now();
    const issuedAt = lastKnown === null ? now : Date.parse(lastKnown);
    const waitMs = Math.min(issuedAt + SHOWS_WITHIN_MS - now, SHOWS_WITHIN_MS);
    if (waitMs > 0) await this.#clock.sleep(waitMs, this.#live.signals.acting).catch(() => undefined);
  }

  async #look(): Promise<HostLook> {
    const [status, isOnDisk] = await Promise.all([
      this.#service.status(),
      this.#acts.lookAtDisk().catch(() => undefined),
    ]);
    const pid = status?.mainPid ?? 0;
    const process =
      pid === 0 ? 'none' : await this.#acts.lookAtProcess(pid).catch(() => 'unreadable' as const);
    const disk = isOnDisk === undefined ? 'unreadable' : isOnDisk ? 'as_wanted' : 'differs';
    this.#service.looked(status);
    return { at: this.#clock.monotonic(), disk, status, process };
  }

  async #lookAtRest(): Promise<HostRest> {
    const status = this.#service.lastStatus;
    const { pid, pidBefore } = this.#record;
    if (status === undefined) return { left: undefined, isLoaded: undefined };
    const before = pidBefore === status.mainPid ? 0 : (pidBefore ?? pid ?? 0);
    const rest = await this.#acts.lookAtRest(status, before);
    if (rest.left !== undefined && rest.left.length > 0)
      this.#change({ faultDetail: `PID ${rest.left.join(', ')}` });
    return rest;
  }

  async #take(action: HostAction, look: HostLook, claim: Promise<boolean>): Promise<void> {
    const { pid, disk } = this.#record;
    const isSame = look.status !== undefined && look.status.mainPid === pid;
    this.#change({ pid: look.status?.mainPid ?? pid });
    if (look.disk === 'as_wanted' && disk !== 'done') this.#change({ disk: 'done', diskAt: this.#now() });
    if (look.process === 'differs') this.#change({ process: 'differs', processAt: null });
    else if (action.kind !== 'settled' || !isSame) this.#change({ process: 'unknown', processAt: null });
    switch (action.kind) {
      case 'write':
        return this.#flag.writeAgain();
      case 'restart':
        if (await claim) this.#service.restart();
        return;
      case 'stop':
        return this.#service.stop(action.because);
      case 'kill':
        this.#service.kill();
        return this.#waitFor(action.fault);
      case 'wait':
        return this.#waitFor(action.fault);
      case 'settled':
        return this.#settle(action.process, action.fault ?? null);
    }
  }

  #waitFor(fault: HaltFault | null): void {
    if (fault === null) return;
    const { pid } = this.#record;
    const which = fault === 'not_ending' && pid ? `PID ${pid}` : '';
    const detail = this.#record.fault === fault ? this.#record.faultDetail : which;
    this.#change({ fault, faultDetail: detail });
  }

  #settle(process: 'as_wanted' | 'stopped', fault: HaltFault | null): void {
    const { restart, stop, process: known, processAt, disk, faultDetail } = this.#record;
    this.#change({
      process,
      processAt: known === process ? processAt : this.#now(),
      restart: restart === 'issued' ? 'done' : restart === 'pending' ? 'not_needed' : restart,
      stop: stop === 'issued' && process === 'stopped' ? 'done' : stop,
      // A stopped service trades as little as one whose flag is off; what is on disk is told beside it.
      fault,
      faultDetail: disk === 'failed' || fault === 'processes_left' ? faultDetail : '',
    });
  }

  #change(part: Partial<HostHalt>): void {
    this.#live.changeHost(this.#acts.host, part);
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  /** While a restart or stop is under way looks would only slow it; when it is through, the next one comes at once. */
  async #pause({ kind }: HostAction): Promise<void> {
    const isUnderWay = this.#service.history.inFlight !== undefined;
    const ms = kind === 'settled' ? SETTLED_POLL_MS : isUnderWay ? UNDER_WAY_POLL_MS : POLL_MS;
    const ended = AbortSignal.any([this.#live.signals.acting, this.#service.nextReturn()]);
    await this.#clock.sleep(ms, ended).catch(() => undefined);
  }
}

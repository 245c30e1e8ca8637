import type { HaltFault } from '../domain/halt.js';
import {
  afterLook,
  type HostHistory,
  killIssued,
  NO_HISTORY,
  restartDone,
  restartFailed,
  restartIssued,
  stopEnded,
  stopIssued,
} from '../domain/host-history.js';
import type { ServiceStatus } from '../hosts/host.js';
import type { Clock } from '../time/clock.js';
import type { HostActs } from './host-acts.js';
import { hostFault } from './host-fault.js';
import type { LiveHalt } from './live-halt.js';

/** Restarts and stops one host's service, waits for neither, and knows what was asked of it so far. */
export class ServiceCalls {
  readonly #acts: HostActs;
  readonly #live: LiveHalt;
  readonly #clock: Clock;
  #history: HostHistory = NO_HISTORY;
  #status: ServiceStatus | undefined;
  #returned = new AbortController();

  constructor(acts: HostActs, live: LiveHalt, clock: Clock) {
    this.#acts = acts;
    this.#live = live;
    this.#clock = clock;
  }

  /** As it was last seen. */
  get lastStatus(): ServiceStatus | undefined {
    return this.#status;
  }

  get history(): HostHistory {
    return this.#history;
  }

  /** Ends when the next call comes back. */
  nextReturn(): AbortSignal {
    this.#returned = new AbortController();
    return this.#returned.signal;
  }

  /** undefined: the service manager did not answer. */
  async status(): Promise<ServiceStatus | undefined> {
    const { host } = this.#acts;
    try {
      return await this.#acts.status();
    } catch (error) {
      if (this.#live.host(host)?.fault === 'not_answering') {
        this.#live.changeHost(host, hostFault('not_answering', error));
      }
      return undefined;
    }
  }

  looked(status: ServiceStatus | undefined): void {
    this.#status = status;
    this.#history = afterLook(this.#history, status, this.#clock.monotonic());
  }

  restart(): void {
    const { host } = this.#acts;
    const pid = this.#status?.mainPid;
    const pidBefore = this.#live.host(host)?.pidBefore ?? null;
    this.#history = restartIssued(this.#history, pid ?? pidBefore ?? undefined, this.#clock.monotonic());
    this.#live.changeHost(host, {
      restart: 'issued',
      restartAt: this.#now(),
      pidBefore: pidBefore ?? pid ?? null,
    });
    const restarting = this.#acts.restart().then(
      () => {
        this.#history = restartDone(this.#history, this.#clock.monotonic());
      },
      (error: unknown) => {
        const failed = hostFault('restart_failed', error);
        this.#history = restartFailed(this.#history, failed.fault !== 'not_answering');
        this.#live.changeHost(host, { restart: 'failed', ...failed });
      },
    );
    void restarting.then(() => this.#returned.abort());
  }

  stop(because: HaltFault | 'asked'): void {
    const { host } = this.#acts;
    this.#history = stopIssued(this.#history, this.#clock.monotonic());
    this.#live.changeHost(host, {
      stop: 'issued',
      stopAt: this.#now(),
      stopBecause: this.#live.host(host)?.stopBecause ?? because,
      ...(because === 'asked' ? {} : { fault: because }),
    });
    const stopping = this.#acts.stop().then(
      () => {
        this.#history = stopEnded(this.#history, this.#clock.monotonic(), true);
      },
      (error: unknown) => {
        const failed = hostFault('stop_failed', error);
        this.#history = stopEnded(this.#history, this.#clock.monotonic(), failed.fault !== 'not_answering');
        this.#live.changeHost(host, { stop: 'failed', ...failed });
      },
    );
    void stopping.then(() => this.#returned.abort());
  }

  /** What was told to end has not. */
  kill(): void {
    this.#history = killIssued(this.#history, this.#clock.monotonic());
    this.#acts.kill().catch((error: unknown) => {
      const { faultDetail } = hostFault('not_ending', error);
      this.#live.changeHost(this.#acts.host, { faultDetail });
    });
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}

import { stoodAsWanted } from '../hosts/environment/wanted.js';
import type { EnvironmentWritten } from '../hosts/environment/write-wanted.js';
import { HostError } from '../hosts/host.js';
import type { Clock } from '../time/clock.js';
import type { HostActs } from './host-acts.js';
import { hostFault } from './host-fault.js';
import type { LiveHalt } from './live-halt.js';

export type Written = 'written' | 'was_done' | 'failed';

const WRITE_AGAIN_MS = 1_000;

/** Writes the flag on one host, again after a refusal, and what became of it into the halt. */
export class FlagWriter {
  readonly #acts: HostActs;
  readonly #live: LiveHalt;
  readonly #clock: Clock;
  #hasFailed = false;
  #nextAt = 0;
  #isWriting = false;

  constructor(acts: HostActs, live: LiveHalt, clock: Clock) {
    this.#acts = acts;
    this.#live = live;
    this.#clock = clock;
  }

  /** The last write was refused, and nobody has seen since that the files are as wanted. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  seenAsWanted(): void {
    this.#hasFailed = false;
  }

  /** Never rejects. */
  async write(): Promise<Written> {
    try {
      const answer = await this.#acts.writeFlag();
      this.#written(answer);
      this.#hasFailed = false;
      return answer.wasDone ? 'was_done' : 'written';
    } catch (error) {
      const failed = hostFault('not_on_disk', error);
      // A stopped service trades nothing, whatever stands on disk: that is told beside it.
      const isOff = this.#live.host(this.#acts.host)?.process === 'stopped';
      const { faultDetail } = failed;
      this.#live.changeHost(this.#acts.host, { disk: 'failed', ...(isOff ? { faultDetail } : failed) });
      this.#hasFailed = true;
      this.#nextAt = this.#clock.monotonic() + WRITE_AGAIN_MS;
      return 'failed';
    }
  }

  async writeAgain(): Promise<void> {
    if (this.#isWriting || this.#clock.monotonic() < this.#nextAt) return;
    this.#isWriting = true;
    await this.write();
    this.#isWriting = false;
  }

  /** @throws HostError where a file was refused */
  #written({ wasDone, files, before, failed }: EnvironmentWritten): void {
    const { host, wanted } = this.#acts;
    const known = this.#live.host(host);
    if (known === undefined) return;
    const isFirst = known.disk !== 'done';
    const first = known.before ?? (isFirst ? before : undefined);
    if (failed !== undefined) {
      this.#live.changeHost(host, { before: first });
      throw new HostError(failed.code, failed.fault);
    }
    // A process that was killed may have written what stands there now.
    const wasThere = wasDone && (first === undefined || stoodAsWanted(first, wanted));
    this.#live.changeHost(host, {
      disk: 'done',
      diskAt: isFirst ? new Date(this.#clock.now()).toISOString() : known.diskAt,
      diskWasDone: isFirst ? wasThere : known.diskWasDone,
      files: [...new Set([...known.files, ...files])],
      before: first,
    });
  }
}

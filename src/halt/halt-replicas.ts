import { covers, isComplete, isSettled } from '../domain/halt.js';
import { type Clock, withTimeout } from '../time/clock.js';
import type { HaltRecords } from './halt-records.js';
import type { HaltRecord } from './halt-schema.js';
import type { HaltStore } from './halt-store.js';
import type { LiveHalt } from './live-halt.js';
import { AFTERWARDS_MS } from './terminal-halts.js';

export interface HaltReplicasOptions {
  readonly store: HaltStore | undefined;
  readonly clock: Clock;
  /** Names this process among the replicas. */
  readonly owner: string;
  /** How long a restart waits for the word of the other replicas; then it is issued, even if twice. */
  readonly claimTimeoutMs?: number | undefined;
}

/** How long the database is waited for that is asked what others do. */
export const ASK_TIMEOUT_MS = 3_000;
const CLAIM_TIMEOUT_MS = 100;
/** Longer than any observation: then its own replica tells, or another takes over. */
const FOLLOW_MS = 10 * 60_000;
const FOLLOW_POLL_MS = 500;
/** A halt that another replica has, and that does not get on for so long while something is still on, is done here. */
const TAKE_OVER_AFTER_MS = 4_000;

/** Of several replicas that were clicked at once, one acts and the others show it, as long as it gets on. */
export class HaltReplicas {
  readonly #o: HaltReplicasOptions;
  readonly #records: HaltRecords;

  constructor(options: HaltReplicasOptions, records: HaltRecords) {
    this.#o = options;
    this.#records = records;
  }

  /** Whether this process is the one that restarts. Without the database the host itself decides. */
  async claim(live: LiveHalt): Promise<boolean> {
    const { store, owner, clock, claimTimeoutMs = CLAIM_TIMEOUT_MS } = this.#o;
    if (store === undefined) return true;
    const asked = store.claim(live.record, owner).then(
      (other) => {
        // One that speaks of fewer hosts, by another targets file, is no reason to leave any of ours alone.
        if (other === undefined || !covers(other.halt, live.halt.hosts)) return true;
        const own = live.halt.haltId;
        live.leave();
        live.show(other.halt);
        this.#records.showElsewhere(live);
        void this.#records.remove(own);
        return false;
      },
      () => true,
    );
    return (await withTimeout(clock, claimTimeoutMs, asked)) ?? true;
  }

  /**
   * Looks at the halt of another replica until it has ended.
   * @returns what has to be carried out here, because it does not get on there; undefined: nothing.
   */
  async follow(live: LiveHalt): Promise<HaltRecord | undefined> {
    const { clock } = this.#o;
    const until = clock.monotonic() + FOLLOW_MS;
    let seen = '';
    let movedAt = clock.monotonic();
    let endedAt: number | undefined;
    while (!live.isReplaced && !isComplete(live.halt) && clock.monotonic() < until) {
      if (clock.monotonic() > (endedAt ?? Number.POSITIVE_INFINITY) + AFTERWARDS_MS) break;
      await clock.sleep(FOLLOW_POLL_MS);
      const record = await this.#records.read(live.halt.haltId);
      if (live.isReplaced) break;
      if (record !== undefined) live.show(record.halt);
      const { hosts, kind } = live.halt;
      const shown = JSON.stringify(hosts);
      if (shown !== seen || hosts.every((host) => isSettled(host, kind))) movedAt = clock.monotonic();
      seen = shown;
      if (live.halt.endedAt !== null) endedAt ??= clock.monotonic();
      else if (clock.monotonic() - movedAt >= TAKE_OVER_AFTER_MS) return record ?? live.record;
    }
    // Whatever replaced it here shows its end as well.
    if (!live.isReplaced) live.end();
    return undefined;
  }
}

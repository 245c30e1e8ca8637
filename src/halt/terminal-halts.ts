import { isComplete } from '../domain/halt.js';
import type { Target } from '../runbook/targets.js';
import { type Clock, withTimeout } from '../time/clock.js';
import type { HaltRecords } from './halt-records.js';
import { type HaltRecord, withoutFollowers } from './halt-schema.js';
import type { HaltStore } from './halt-store.js';
import { type HaltHandle, LiveHalt } from './live-halt.js';
import type { OpenHaltFiles } from './open-halt-file.js';
import type { StrategyFacts } from './strategy-facts.js';
import type { ToldFiles } from './told-files.js';

export interface TerminalHaltsOptions {
  readonly facts: StrategyFacts;
  readonly files: OpenHaltFiles;
  readonly told?: ToldFiles | undefined;
  readonly store: HaltStore | undefined;
  readonly owner: string;
  readonly clock: Clock;
}

const LOOK_MS = 500;
const ASK_TIMEOUT_MS = 2_000;
/** What is looked at after the end is known by then, or nobody looks. */
export const AFTERWARDS_MS = 20_000;

/**
 * What is halted in a terminal has no Slack: one of the bots that share its folder or its database shows it while it goes on.
 * Nothing of it is carried out here, and a click here is a halt of its own.
 */
export class TerminalHalts {
  readonly #o: TerminalHaltsOptions;
  readonly #records: HaltRecords;
  readonly #watched = new Map<string, LiveHalt>();

  constructor(options: TerminalHaltsOptions, records: HaltRecords) {
    this.#o = options;
    this.#records = records;
  }

  /** @returns what this process shows from now on; asked again every few seconds, it stays this process's */
  async look(targets: ReadonlyMap<string, Target>): Promise<readonly HaltHandle[]> {
    const begun: HaltHandle[] = [];
    for (const record of await this.#ofTerminals()) {
      const { haltId, target } = record.halt;
      const isOwn = this.#records.newest(haltId) !== undefined;
      if (isOwn || !targets.has(target) || !(await this.#claim(haltId)) || this.#watched.has(haltId))
        continue;
      const live = new LiveHalt(withoutFollowers(record));
      this.#watched.set(haltId, live);
      live.leave();
      this.#records.follow(live);
      void this.#follow(live);
      begun.push(live.handle(false));
    }
    return begun;
  }

  /** What shows a halt here whose process has died: whoever goes on with it replaces this. */
  of(haltId: string): LiveHalt | undefined {
    return this.#watched.get(haltId);
  }

  async #ofTerminals(): Promise<readonly HaltRecord[]> {
    const { files, store, facts, clock } = this.#o;
    const asked = store?.ofTerminals(facts.strategy).catch(() => []) ?? Promise.resolve([]);
    const [here, stored] = await Promise.all([
      files.goingElsewhere(),
      withTimeout(clock, ASK_TIMEOUT_MS, asked),
    ]);
    const own = here.filter(
      ({ halt }) => halt.strategy === facts.strategy && halt.requestedBy.surface === 'terminal',
    );
    // What followers have noted the database knows best.
    const known = [...own, ...(stored ?? [])];
    return [...new Map(known.map((record) => [record.halt.haltId, record])).values()];
  }

  /** The database decides between bots; without its word the folder does. */
  async #claim(haltId: string): Promise<boolean> {
    const { store, told, owner, clock } = this.#o;
    const asked = store?.claimTelling(haltId, owner).catch(() => undefined) ?? Promise.resolve(undefined);
    const stored = await withTimeout(clock, ASK_TIMEOUT_MS, asked);
    if (stored === false) return false;
    const here = await told?.claim(haltId).catch(() => undefined);
    return stored ?? here ?? false;
  }

  async #follow(live: LiveHalt): Promise<void> {
    const { haltId } = live.halt;
    const { clock } = this.#o;
    let endedAt: number | undefined;
    while (!live.isReplaced && !isComplete(live.halt)) {
      if (clock.monotonic() > (endedAt ?? Number.POSITIVE_INFINITY) + AFTERWARDS_MS) break;
      await clock.sleep(LOOK_MS);
      const record = await this.#records.read(haltId);
      if (live.isReplaced || record === undefined) continue;
      if (JSON.stringify(record.halt) !== JSON.stringify(live.halt)) live.show(record.halt);
      if (live.halt.endedAt !== null) endedAt ??= clock.monotonic();
    }
    if (!live.isReplaced) live.end();
    this.#watched.delete(haltId);
  }
}

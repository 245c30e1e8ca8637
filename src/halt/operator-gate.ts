import { mentionOf } from '../domain/mention.js';
import type { Person } from '../domain/person.js';
import type { Targets } from '../runbook/targets.js';
import { type Clock, withTimeout } from '../time/clock.js';
import type { KnownGroups } from './known-groups.js';

type OperatorAnswer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  /** Slack did not say in time, and the targets file does not list them. */
  | { readonly kind: 'unknown' };

export interface OperatorGate {
  mayHalt(person: Person): Promise<OperatorAnswer>;
  /** As mentions. */
  readonly who: readonly string[];
}

/** Asks Slack for a group's members. */
export type AskGroup = (groupId: string) => Promise<readonly string[]>;

export interface OperatorGateOptions {
  readonly targets: Pick<Targets, 'roles' | 'groups'>;
  readonly askGroup: AskGroup;
  readonly clock: Clock;
  /** What is kept over a restart. */
  readonly known?: KnownGroups;
  /** Until then the groups are asked for every few minutes, so that a click finds them known. */
  readonly warmUntil?: AbortSignal;
}

/** Whoever has an account on the bot's machine and rights on its hosts. */
export const everybodyHere: OperatorGate = { who: [], mayHalt: async () => ({ kind: 'yes' }) };

/** Longer than this nobody waits for Slack. */
const ASK_TIMEOUT_MS = 1_000;
const WARM_EVERY_MS = 3 * 60_000;
/** Slack lets a group be asked for some twenty times a minute: forty clicks share one look-up. */
const KNOWN_TTL_MS = 60_000;
const SAME_MOMENT_MS = 3_000;

/**
 * Operators and admins. Whom the targets file lists, by id or in its stand-in of a group, needs no look-up, nor does
 * whom Slack named before. For anybody else Slack is asked for a moment.
 */
export class SlackOperatorGate implements OperatorGate {
  readonly who: readonly string[];
  readonly #o: OperatorGateOptions;
  readonly #roles: readonly string[];
  readonly #groups: readonly string[];
  readonly #lastKnown = new Map<string, readonly string[]>();
  readonly #remembered: Promise<void>;
  readonly #asked = new Map<string, { readonly at: number; readonly answer: Promise<void> }>();

  constructor(options: OperatorGateOptions) {
    const { operators, admins } = options.targets.roles;
    this.#o = options;
    this.who = operators.map(mentionOf);
    this.#roles = [...new Set([...operators, ...admins])];
    this.#groups = this.#roles.filter((id) => id.startsWith('S'));
    this.#remembered = this.#remember();
    if (options.warmUntil !== undefined && this.#groups.length > 0) void this.#keepWarm(options.warmUntil);
  }

  async mayHalt({ id }: Person): Promise<OperatorAnswer> {
    const { clock } = this.#o;
    if (this.#isListed(id)) return { kind: 'yes' };
    if (this.#groups.length === 0) return { kind: 'no' };
    await withTimeout(clock, ASK_TIMEOUT_MS, this.#remembered);
    if (this.#isKnown(id)) {
      void this.#refreshAll(KNOWN_TTL_MS);
      return { kind: 'yes' };
    }
    // Somebody may have joined since: a no is asked afresh.
    await withTimeout(clock, ASK_TIMEOUT_MS, this.#refreshAll(SAME_MOMENT_MS));
    if (this.#isKnown(id)) return { kind: 'yes' };
    return { kind: this.#groups.every((group) => this.#lastKnown.has(group)) ? 'no' : 'unknown' };
  }

  #isListed(id: string): boolean {
    const { groups } = this.#o.targets;
    return this.#roles.includes(id) || this.#groups.some((group) => groups.get(group)?.includes(id) ?? false);
  }

  #isKnown(id: string): boolean {
    return this.#groups.some((group) => this.#lastKnown.get(group)?.includes(id) ?? false);
  }

  async #remember(): Promise<void> {
    const saved = await this.#o.known?.read();
    for (const group of this.#groups) {
      const members = saved?.get(group);
      if (members !== undefined && !this.#lastKnown.has(group)) this.#lastKnown.set(group, members);
    }
  }

  /** @param maxAgeMs an answer that was asked for no longer ago will do */
  async #refreshAll(maxAgeMs = 0): Promise<void> {
    await Promise.all(this.#groups.map((group) => this.#refreshed(group, maxAgeMs)));
  }

  #refreshed(group: string, maxAgeMs: number): Promise<void> {
    const now = this.#o.clock.monotonic();
    const asked = this.#asked.get(group);
    if (asked !== undefined && now - asked.at < maxAgeMs) return asked.answer;
    const answer = this.#refresh(group);
    this.#asked.set(group, { at: now, answer });
    return answer;
  }

  /** Never rejects: a group that cannot be asked for stays as it was. */
  async #refresh(group: string): Promise<void> {
    try {
      this.#lastKnown.set(group, await this.#o.askGroup(group));
    } catch {
      return;
    }
    // What cannot be kept is known until the restart.
    await this.#o.known?.write(this.#lastKnown).catch(() => undefined);
  }

  async #keepWarm(signal: AbortSignal): Promise<void> {
    const { clock } = this.#o;
    while (!signal.aborted) {
      await withTimeout(clock, WARM_EVERY_MS, this.#refreshAll());
      await clock.sleep(WARM_EVERY_MS, signal).catch(() => undefined);
    }
  }
}

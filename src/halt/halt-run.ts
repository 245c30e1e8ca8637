import { evaluateHalt } from '../domain/halt.js';
import type { Clock } from '../time/clock.js';
import { HaltHost } from './halt-host.js';
import type { VenueOfHalt } from './halt-venue.js';
import type { HostActs } from './host-acts.js';
import type { LiveHalt } from './live-halt.js';
import type { HaltProof } from './prove-halt.js';

/** What the first acts wait for. Neither rejects. */
interface HaltStart {
  /** The halt is safe from a crash of this process: nothing is acted on before, but the flag. */
  readonly noted: Promise<void>;
  /** Whether this process restarts: another replica may be doing it. Must be there at once. */
  readonly claim: Promise<boolean>;
}

/**
 * Goes over the acts of all hosts at once and looks until the halt is proved, or known not to be. The halt has ended then,
 * unless it is elsewhere.
 */
export async function runHalt(
  live: LiveHalt,
  acts: readonly HostActs[],
  proof: HaltProof,
  { noted, claim }: HaltStart,
  { clock, venue }: { readonly clock: Clock; readonly venue: VenueOfHalt | undefined },
): Promise<void> {
  const begun = acts.map((on) => {
    const host = new HaltHost(on, live, clock);
    return { host, written: host.writeFlag() };
  });
  const allWritten = Promise.all(begun.map(({ written }) => written));
  void allWritten.then(() => live.haveWritten());
  for (const { host, written } of begun) void host.run({ written, allWritten, noted, claim });
  void venue?.run(allWritten);
  await proof.watch();
  await proof.start();
  await proof.positions();
  live.stopActing();
  if (live.isElsewhere) return;
  live.change({ state: evaluateHalt(live.halt), endedAt: new Date(clock.now()).toISOString() });
  await proof.afterwards();
}

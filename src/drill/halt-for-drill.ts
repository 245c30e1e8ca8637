import { type DrillPart, type DrillPartName, reachedParts } from '../domain/drill.js';
import type { Halt } from '../domain/halt.js';
import type { HaltHandle } from '../halt/live-halt.js';
import type { Clock } from '../time/clock.js';

type Change = Partial<DrillPart>;

/**
 * Follows the halt of a real drill to its end and times what it comes to, from the click on.
 * @param clickedMs by the monotonic clock
 * @returns the ended halt, and what has become of the parts that it never came to
 */
export async function followHalt(
  handle: HaltHandle,
  clickedMs: number,
  { clock, note }: { readonly clock: Clock; readonly note: (part: DrillPartName, change: Change) => void },
): Promise<{ readonly halt: Halt; readonly missed: readonly (readonly [DrillPartName, Change])[] }> {
  const reached = new Set<DrillPartName>();
  const end = handle.subscribe((halt) => {
    for (const part of reachedParts(halt)) {
      if (reached.has(part)) continue;
      reached.add(part);
      note(part, { state: 'good', ms: clock.monotonic() - clickedMs });
    }
  });
  const halt = await handle.done;
  end();
  const because = whyNot(handle, halt);
  const all = ['flag', 'off', 'empty', 'proof'] as const;
  const missed = all.filter((part) => because === 'joined' || because === 'off_before' || !reached.has(part));
  return {
    halt,
    missed: missed.map((part) => [part, { state: 'failed', because: because ?? 'halt_not_verified' }]),
  };
}

/** What makes a halt no proof of this drill, however it ended. */
function whyNot({ joined }: HaltHandle, { hosts }: Halt): 'joined' | 'off_before' | undefined {
  if (joined) return 'joined';
  return hosts.every(({ diskWasDone }) => diskWasDone) ? 'off_before' : undefined;
}

import { changePart, type Drill, evaluateDrill, judgeBack, partOf, SEEN_WITHIN_MS } from '../domain/drill.js';
import type { Queryable } from '../store/queryable.js';
import { selectHaltOfDrill, selectWayBack } from './drill-store.js';

interface DrillTime {
  readonly passedMs: number;
  readonly isSilent: boolean;
}

/** A halt that stands in no database so long after its drill was begun never was, or was lost with its machine. */
const HALT_UNKNOWN_MS = 2 * 60_000;

/** A drill as it stands now: what it waited for has come, or will not. Reads, and changes nothing. */
export async function settled(drill: Drill, time: DrillTime, client: Queryable): Promise<Drill> {
  if (drill.state === 'acting') return time.isSilent ? brokenOff(drill, time, client) : drill;
  const parts = await waitedFor(drill, time, client);
  return { ...drill, parts, state: evaluateDrill(parts) ?? 'waiting' };
}

/** Its halt goes on, and whichever bot finds it carries it to its end: the drill ends with it. */
async function brokenOff(drill: Drill, { passedMs }: DrillTime, client: Queryable): Promise<Drill> {
  if (drill.kind === 'rehearsal') return { ...drill, state: 'broken_off' };
  const { haltId = drill.haltId, isOver = passedMs > HALT_UNKNOWN_MS } =
    (await selectHaltOfDrill(client, drill.drillId)) ?? {};
  return { ...drill, haltId, state: isOver ? 'broken_off' : drill.state };
}

async function waitedFor(drill: Drill, { passedMs }: DrillTime, client: Queryable): Promise<Drill['parts']> {
  let { parts } = drill;
  if (partOf(drill, 'alarm')?.state === 'waiting' && passedMs > SEEN_WITHIN_MS)
    parts = changePart(parts, 'alarm', { state: 'failed', because: 'not_seen' });
  const back = partOf(drill, 'back');
  if (back?.state !== 'waiting') return parts;
  return changePart(parts, 'back', judgeBack(back, await selectWayBack(client, drill.drillId), passedMs));
}

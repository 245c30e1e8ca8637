import { z } from 'zod';
import type { Queryable } from '../store/queryable.js';
import type { Task } from '../worker/task.js';
import { lookAtDrill } from './drill-jobs.js';
import type { DrillService } from './drill-service.js';

const drillPayload = z.object({ subject: z.string().startsWith('drill:') });
/** While something is waited for. */
const LOOK_EVERY_MS = 3_000;

/** Looks until the drill has ended: what it waits for is written by others. */
export function createDrillTask(drills: Pick<DrillService, 'settle'>, database: Queryable): Task {
  return async (payload) => {
    const { subject } = drillPayload.parse(payload);
    const drillId = subject.slice('drill:'.length);
    const drill = await drills.settle(drillId);
    if (drill?.endedAt === null) await lookAtDrill(database, drillId, LOOK_EVERY_MS);
  };
}

import { z } from 'zod';
import { type DrillFacts, drillFacts } from '../domain/drill.js';
import type { TargetSubject } from '../domain/target-subject.js';
import type { Queryable } from '../store/queryable.js';
import { selectDrills } from './drill-store.js';

const momentsSchema = z.tuple([z.object({ now: z.date(), since: z.date().nullable() })]);
const LAST_GOOD = 10;

/** By the database's own clock, which dates drills and runs. */
export async function selectDrillFacts(database: Queryable, subject: TargetSubject): Promise<DrillFacts> {
  const [good, [newest], { rows }] = await Promise.all([
    selectDrills(database, subject, { limit: LAST_GOOD, isGood: true }),
    selectDrills(database, subject, { limit: 1 }),
    database.query(
      `SELECT now() AS now,
         (SELECT min(began_at) FROM lobml.check_runs WHERE strategy = $1 AND target = $2) AS since`,
      [subject.strategy, subject.target],
    ),
  ]);
  const [{ now, since }] = momentsSchema.parse(rows);
  return drillFacts({ good, newest }, since ?? undefined, now);
}

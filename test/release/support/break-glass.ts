import type { CheckRun } from '../../../src/domain/check-run.js';
import type { Person } from '../../../src/domain/person.js';
import { evidenceOf, planDigest } from '../../../src/release/check-plan.js';
import { type ReleaseWorld, WISH } from './release-world.js';

/** Plans as somebody, and pretends that a check of the model had this outcome: what they may then ask for. */
export async function askToBreakGlass(
  world: ReleaseWorld,
  by: Person,
  outcome: CheckRun['checks'][number]['outcome'] = 'PASS',
) {
  const checked = await world.service.plan(WISH, world.target, by);
  if (checked.kind !== 'checked') throw new Error('no plan');
  const { run, plan } = checked;
  await world.database.pool.query(
    `UPDATE lobml.check_runs SET checks = (
       SELECT json_agg(CASE WHEN c->>'id' = 'file.flag'
         THEN (c::jsonb || jsonb_build_object('evidence', '{"probe":"model"}'::jsonb, 'outcome', $2::text))::json
         ELSE c END ORDER BY n)
       FROM json_array_elements(checks) WITH ORDINALITY AS e(c, n)) WHERE run_id = $1`,
    [run.runId, outcome],
  );
  const stored = await world.context.runs.get(run.runId);
  if (stored === undefined) throw new Error('no run');
  const digest = planDigest({ plan, evidence: evidenceOf(stored) });
  return { wish: WISH, target: world.target, by, runId: run.runId, digest, acknowledged: [] };
}

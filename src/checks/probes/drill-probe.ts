import { z } from 'zod';
import { defineProbe } from '../context/probe-kind.js';

/** When the kill switch of the target was last proved by a drill, and how long the last ones took. One row. */
export const drillProbe = defineProbe({
  kind: 'drill',
  needs: 'state_database',
  keys: { drill: z.literal('last') },
  columns: 'kind never days took_secs p99_secs drills'.split(' '),
  compile: () => ({}),
  async observe(_probe, context) {
    const { kind = '', never, days, tookMs, p99Ms, count } = await context.drills();
    const secs = (ms: number | undefined) => (ms === undefined ? null : ms / 1000);
    const row = { kind, never, days, took_secs: secs(tookMs), p99_secs: secs(p99Ms), drills: count };
    return { rows: [row], evidence: { probe: 'drill' }, observedAt: context.now().toISOString() };
  },
});

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { parse } from 'yaml';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' };
/** How long ago, days, and how long the slowest part took, ms. */
const PAST = [
  { daysAgo: 28, ms: 1_900 },
  { daysAgo: 21, ms: 2_400 },
  { daysAgo: 14, ms: 1_700 },
  { daysAgo: 7, ms: 2_100 },
];

/** What a team has behind it that drills each week: without it every release of the demo would warn of a kill switch that nobody has tried. */
export async function seedDrills(url: string, targetsFile: string): Promise<void> {
  const { targets } = parse(await readFile(targetsFile, 'utf8'));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [target, { drill = 'rehearsal', strategy = 'crypto_lob_ml' }] of Object.entries<TargetSource>(
      targets,
    ))
      for (const { daysAgo, ms } of PAST)
        await client.query(
          `INSERT INTO lobml.drills (drill_id, strategy, target, kind, state, requested_by, requested_at, parts, seen_by,
             alive_until, ended_at)
           SELECT $1, $2, $3, $4, 'good', $5::jsonb, at, $6, $5::jsonb, at, at + interval '5 min'
           FROM (SELECT now() - make_interval(days => $7) AS at) AS past`,
          [randomUUID(), strategy, target, drill, CAROL, JSON.stringify(partsOf(drill, ms)), daysAgo],
        );
  } finally {
    await client.end();
  }
}

interface TargetSource {
  readonly drill?: 'real' | 'rehearsal';
  readonly strategy?: string;
}

function partsOf(kind: 'real' | 'rehearsal', ms: number) {
  const part = (name: string, took: number) => ({
    ...{ part: name, state: 'good', ms: took, because: null, findings: [], refusals: [] },
  });
  return kind === 'real'
    ? [
        part('flag', ms / 40),
        part('off', ms),
        part('empty', 21_000 + ms),
        part('proof', 22_000 + ms),
        part('alarm', 30_000 + 10 * ms),
        part('back', 180_000 + 10 * ms),
      ]
    : [
        part('machine', ms / 2),
        part('hosts', ms),
        part('venue', ms / 3),
        part('records', ms / 30),
        part('channels', ms / 20),
        part('clocks', ms / 10),
        part('alarm', 30_000 + 10 * ms),
      ];
}

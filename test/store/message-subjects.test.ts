import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { findPackageRoot } from '../../src/machine/package-root.js';
import { migrate } from '../../src/store/migrate.js';
import { createEmptyDatabase } from '../support/database.js';
import { createFormerQueue } from '../support/former-queue.js';

const dir = join(findPackageRoot(import.meta.url), 'src', 'store', 'migrations');
const NAME = '0060_message-subjects.sql';

/** The schema as the version before left it. */
async function migrateToBefore(url: string): Promise<void> {
  const dbClient = new pg.Client({ connectionString: url });
  await dbClient.connect();
  const count = readdirSync(dir).filter((name) => name < NAME).length;
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const schema = { schema: 'lobml', createSchema: true, migrationsTable: 'migrations' };
  await runner({ dbClient, dir, direction: 'up', ...schema, count, logger: quiet });
  await dbClient.end();
}

test('messages of before an upgrade, and those of a replica that is still to be upgraded, are found by their subject', async () => {
  const database = await createEmptyDatabase();
  const { pool } = database;
  try {
    await migrateToBefore(database.url);
    await createFormerQueue(database);
    const [run, request, release] = [randomUUID(), randomUUID(), randomUUID()];
    const insert = (key: string, subject: string, runId: string | null = null) =>
      pool.query(
        `INSERT INTO lobml.messages (key, subject, channel, ts, run_id, reserved_at)
         VALUES ($1, $2, 'C1', '1.1', $3, now())`,
        [key, subject, runId],
      );
    const train = async (horizon: string, shownAt: Date | null) => {
      const trainingId = randomUUID();
      await pool.query(
        `INSERT INTO lobml.trainings (training_id, strategy, target, horizon, lookback_hours, model_name, machine, state,
           requested_by, locale, channel, message_ts, created_at, ended_at, shown_at)
         VALUES ($1, 's', 'live', $2, 1, 'm', 'here', 'finished', '{}', 'zh-CN', 'C2', '2.2', now(), now(), $3)`,
        [trainingId, horizon, shownAt],
      );
      return trainingId;
    };
    await insert(run, 'precheck s live', run);
    await insert(`release request ${request} request`, `release request ${request}`);
    await insert(`release request ${request} brokenGlass`, `release request ${request}`);
    const shown = await train('5m', new Date());
    const unshown = await train('15m', null);

    await migrate({ url: database.url });
    // A replica of the version before, during the upgrade.
    await insert(`release ${release} progress`, `release ${release}`);
    await insert(`release ${release} incident needs_person 3 1`, `release ${release}`);
    await insert('some copy', `release request ${request}`);
    const late = await train('5m', null);

    const { rows } = await pool.query(
      'SELECT subject, role, series, channel, ts, locale FROM lobml.messages ORDER BY subject, role',
    );
    const message = { series: null, channel: 'C1', ts: '1.1', locale: null };
    const ofTraining = { role: 'training', series: null, channel: 'C2', ts: '2.2', locale: 'zh-CN' };
    const expected = [
      { ...message, subject: `release:${release}`, role: 'incident needs_person 3 1' },
      { ...message, subject: `release:${release}`, role: 'progress' },
      { ...message, subject: `request:${request}`, role: 'broken_glass' },
      { ...message, subject: `request:${request}`, role: 'copy' },
      { ...message, subject: `request:${request}`, role: 'request' },
      { ...message, subject: `run:${run}`, role: 'report', series: 'precheck s live' },
      ...[shown, unshown, late].map((id) => ({ ...ofTraining, subject: `training:${id}` })),
    ];
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining(expected));
    const { rows: jobs } = await pool.query('SELECT key, task_identifier AS task FROM graphile_worker.jobs');
    expect(jobs).toEqual([{ key: `message training:${unshown}`, task: 'message' }]);
  } finally {
    await database.drop();
  }
});

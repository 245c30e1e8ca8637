import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { registerWatchMetrics } from '../../src/watch/watch-metrics.js';
import { createWatchWorld, OPERATOR } from './support/watch-world.js';

test('each replica says when a target was last looked at, and what it said last while the database is away', async () => {
  const watched = await createWatchWorld();
  try {
    const { registry } = createMetrics();
    let isAway = false;
    const database: typeof watched.context.database = {
      query: (text, values) =>
        isAway ? Promise.reject(new Error('away')) : watched.pool.query(text, values),
    };
    registerWatchMetrics(registry, database, [watched.context], watched.looking.logger);
    const measured = async () => {
      const text = await registry.metrics();
      const value = (name: string) =>
        Number(
          new RegExp(`^lobml_watch_${name}\\{strategy="crypto_lob_ml",target="live"\\} (\\S+)$`, 'm').exec(
            text,
          )?.[1],
        );
      return [value('last_success_timestamp_seconds'), value('interval_seconds')];
    };
    expect(await measured()).toEqual([0, 60]);
    await watched.look();
    const lookedAt = Date.parse((await watched.watchOf())?.lookedAt ?? '') / 1_000;
    expect(await measured()).toEqual([lookedAt, 60]);
    isAway = true;
    expect(await measured()).toEqual([lookedAt, 60]);
    isAway = false;
    await watched.service.switchOff('live', OPERATOR, undefined);
    expect(await measured()).toEqual([lookedAt, 0]);
  } finally {
    await watched.drop();
  }
});

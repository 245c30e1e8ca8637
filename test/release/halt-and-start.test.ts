import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Halt } from '../../src/domain/halt.js';
import { LOCALES, type Locale } from '../../src/domain/localized.js';
import type { Report } from '../../src/domain/report.js';
import { cancelReleases } from '../../src/halt/cancel-releases.js';
import type { ReleaseContext } from '../../src/release/release-context.js';
import { createReleaseService } from '../../src/release/release-service.js';
import { selectRelease } from '../../src/release/store/releases.js';
import { createTransact } from '../../src/store/transaction.js';
import { deployIncidentView } from '../../views/deploy-incident.js';
import { deployProgressView } from '../../views/deploy-progress.js';
import { requestReportView } from '../../views/release-request.js';
import { askToBreakGlass } from './support/break-glass.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  DAVE,
  type ReleaseWorld,
  requestAsAlice,
} from './support/release-world.js';

let world: ReleaseWorld;
beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

type Cancelled = ReturnType<typeof cancelReleases>;

function halt(): Cancelled {
  const { pool } = world.database;
  const [queue, subjectChanged] = [{ wake: async () => {} }, async () => {}];
  const asked = {
    strategy: 's',
    target: 'live',
    requestedBy: DAVE,
    requestedAt: world.clock.now.toISOString(),
    endedAt: null,
    reason: 'stop',
    haltId: randomUUID(),
  };
  return cancelReleases(
    { transact: createTransact(async () => pool), queue, subjectChanged },
    asked as unknown as Halt,
  );
}

/** Resolves when a connection of this database waits for another. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const { rows } = await world.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
  }
}

/** The use cases, where the kill switch is clicked while the transaction of a start is still open. */
function haltedWhileStarting() {
  const clicks: Cancelled[] = [];
  const enqueue: ReleaseContext['queue']['enqueue'] = async () => {
    const clicked = halt();
    clicks.push(clicked);
    await Promise.race([clicked, someoneWaits()]);
  };
  const context = { ...world.context, queue: { ...world.context.queue, enqueue } };
  return { service: createReleaseService(context), clicks };
}

const states = async () => {
  const { rows } = await world.database.pool.query(
    `SELECT release.state AS release, request.state AS request
     FROM lobml.releases release JOIN lobml.release_requests request USING (request_id)`,
  );
  return rows;
};

async function approvedRequest() {
  const request = await requestAsAlice(world);
  const { requestId, digest } = request;
  await world.service.approve({ requestId, digest, person: BOB });
  await world.service.approve({ requestId, digest, person: CAROL });
  return { requestId, digest };
}

test('a halt that is clicked while a release is being started stops that release', async () => {
  const approved = await approvedRequest();
  const { service, clicks } = haltedWhileStarting();
  expect(await service.start({ ...approved, person: ALICE })).toMatchObject({ kind: 'started' });
  expect(await Promise.all(clicks)).toEqual([{ releaseId: expect.any(String), requests: 1 }]);
  expect(await states()).toEqual([{ release: 'halted', request: 'halted' }]);
});

test('so it does with one that breaks the glass, which nobody could see before', async () => {
  const asked = await askToBreakGlass(world, CAROL);
  const { service, clicks } = haltedWhileStarting();
  expect(await service.breakGlass(asked)).toMatchObject({ kind: 'requested' });
  expect(await Promise.all(clicks)).toEqual([{ releaseId: expect.any(String), requests: 1 }]);
  expect(await states()).toEqual([{ release: 'halted', request: 'halted' }]);
});

const writeHalt = (requestedAt: Date, endedAt: Date | null) =>
  world.database.pool.query(
    `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, ended_at, owner,
       alive_at, record)
     VALUES ($1, 's', 'live', 'disable', 'halting', $2, $3, $4, 'o', now(), '{}')`,
    [randomUUID(), JSON.stringify(DAVE), requestedAt, endedAt],
  );
const later = (minutes: number) => new Date(world.clock.now.getTime() + minutes * 60_000);

test('nothing starts while a halt goes on, nor what was asked for before it', async () => {
  const approved = await approvedRequest();
  const asked = await askToBreakGlass(world, CAROL);
  const refusal = { code: 'halted_since', facts: { by: 'dave', since: later(1).toISOString() } };
  await writeHalt(later(1), later(2));
  expect(await world.service.start({ ...approved, person: ALICE })).toMatchObject({ refusal });
  await world.service.withdraw({ requestId: approved.requestId, person: ALICE });
  await world.database.pool.query('UPDATE lobml.halts SET requested_at = $1, ended_at = NULL', [later(-1)]);
  expect(await world.service.breakGlass(asked)).toMatchObject({ refusal: { code: 'halted_since' } });
  await world.database.pool.query('UPDATE lobml.halts SET ended_at = $1', [later(-0.5)]);
  expect(await world.service.breakGlass(asked)).toMatchObject({ kind: 'requested' });
});

test('a halt that could not be stored before leaves alone what was asked for after its end', async () => {
  const approved = await approvedRequest();
  await world.service.start({ ...approved, person: ALICE });
  const [queue, subjectChanged] = [{ wake: async () => {} }, async () => {}];
  const ended = { strategy: 's', target: 'live', requestedBy: DAVE, reason: 'stop', haltId: randomUUID() };
  const at = { requestedAt: later(-2).toISOString(), endedAt: later(-1).toISOString() };
  const cancelled = await cancelReleases({ transact: world.context.transact, queue, subjectChanged }, {
    ...ended,
    ...at,
  } as unknown as Halt);
  expect(cancelled).toEqual({ releaseId: null, requests: 0 });
  expect(await states()).toEqual([{ release: 'running', request: 'executing' }]);
});

/** A message of this target as its readers see it, in each language. */
const shownIn = (view: (locale: Locale) => Report) => LOCALES.map((locale) => JSON.stringify(view(locale)));

test('a request that a halt closes names who halted, when and why, and so does its release', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  await halt();
  const closed = await world.service.view(requestId);
  if (closed === undefined) throw new Error('There is no request.');
  for (const text of shownIn((locale) => requestReportView(closed, { locale, envPrefix: 'S__' }))) {
    expect(text).toContain('<@U0DAVE>');
    expect(text).toContain(`<!date^${world.clock.now.getTime() / 1000}^`);
    expect(text).toContain('`stop`');
  }
  expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({ kind: 'refused' });
});

test('a release that a halt stops names who halted, when and why, also where somebody had asked to cancel it', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, digest, person });
  const started = await world.service.start({ requestId, digest, person: BOB });
  if (started.kind !== 'started') throw new Error(JSON.stringify(started));
  const cancelling = { by: ALICE, reason: 'changed my mind', at: world.clock.now.toISOString() };
  await world.database.pool.query('UPDATE lobml.releases SET cancel_requested = $1', [
    JSON.stringify(cancelling),
  ]);
  await halt();
  const release = await selectRelease(world.database.pool, started.releaseId);
  if (release === undefined) throw new Error('There is no release.');
  for (const view of [deployProgressView, deployIncidentView]) {
    for (const text of shownIn((locale) => view(release, locale))) {
      expect(text).toContain('<@U0DAVE>');
      expect(text).toContain('stop');
      expect(text).not.toContain('changed my mind');
    }
  }
});

test('a request whose content has changed names at whose click that showed', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  await appendFile(world.path('staging', 'next.onnx'), 'x');
  expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({
    kind: 'invalidated',
  });
  const view = await world.service.view(requestId);
  if (view === undefined) throw new Error('There is no request.');
  for (const text of shownIn((locale) => requestReportView(view, { locale, envPrefix: 'S__' }))) {
    expect(text).toMatch(/\*[^*]*<@U0BOB>[^*]*\*/);
  }
});

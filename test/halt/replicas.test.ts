import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { cancelReleases } from '../../src/halt/cancel-releases.js';
import { createHaltStore } from '../../src/halt/halt-store.js';
import { createTransact } from '../../src/store/transaction.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CAROL, createHaltingBench, type HaltingBench, newDisable } from './support/halting.js';

let bench: HaltingBench;
let database: TestDatabase;

beforeAll(async () => {
  [bench, database] = await Promise.all([createHaltingBench(), createTestDatabase()]);
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});
beforeEach(() => bench.begin());

const replica = (owner: string) =>
  bench.killSwitch({
    store: createHaltStore(database.pool),
    owner,
    // Long enough that a slow database is not taken for an absent one.
    claimTimeoutMs: 10_000,
    cancelReleases: (halt) => cancelReleases({ transact, queue: { wake }, subjectChanged }, halt),
  });
const transact = createTransact(async () => database.pool);
const queued: string[] = [];
const wake = async (_client: unknown, releaseId: string) => void queued.push(`wake ${releaseId}`);
const subjectChanged = async (_client: unknown, subject: string) => void queued.push(subject);
const request = () => ({ target: bench.target, kind: 'disable', requestedBy: CAROL }) as const;

test('two replicas that are clicked at once halt once, and both know the same halt', async () => {
  const [one, two] = [replica('one'), replica('two')];
  const halts = await Promise.all([one.start(request()).done, two.start(request()).done]);
  await Promise.all([one.settled(), two.settled()]);
  expect(new Set(halts.map(({ haltId }) => haltId)).size).toBe(1);
  expect(await bench.restartsOf('live-1')).toBe(1);
  expect(await bench.restartsOf('live-2')).toBe(1);
  const { rows } = await database.pool.query('SELECT state FROM lobml.halts');
  expect(rows).toEqual([{ state: 'verified' }]);
  expect((await replica('three').latest('live')).halt?.state).toBe('verified');
});

test('what a replica shows of the halt of another is kept with it, and told by whoever finds it', async () => {
  await database.pool.query('DELETE FROM lobml.halts');
  const [one, two] = [replica('one'), replica('two')];
  const handles = [one.start(request()), two.start(request())];
  const ids = handles.map((handle) => handle.current().haltId);
  const noted = handles.map((handle, index) => {
    const message = { role: 'report' as const, channel: 'C0HERE', ts: null, key: `halt:${ids[index]}` };
    handle.noteMessage(message);
    return message;
  });
  const halts = await Promise.all(handles.map(({ done }) => done));
  const [first, second] = noted;
  if (first === undefined || second === undefined) throw new Error('There are two.');
  // The one that acts tells its end; the other is killed before it can.
  const follower = ids[0] === halts[0]?.haltId ? 1 : 0;
  const [own, other] = follower === 1 ? [first, second] : [second, first];
  handles[follower]?.noteMessage({ ...other, ts: '2.0' });
  handles[1 - follower]?.noteMessage({ ...own, ts: '1.0', isFinal: true });
  await Promise.all([one.settled(), two.settled()]);
  expect(halts[0]?.haltId).toBe(halts[1]?.haltId);
  expect(halts.every(({ openEntries }) => openEntries !== null)).toBe(true);
  await database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  const next = replica('next');
  const [left, ...others] = await next.resume(new Map([['live', bench.target]]));
  expect(others).toEqual([]);
  expect(left?.messages()).toHaveLength(2);
  expect(left?.messages()).toEqual(
    expect.arrayContaining([
      { ...own, ts: '1.0', isFinal: true },
      { ...other, ts: '2.0' },
    ]),
  );
  left?.noteMessage({ ...other, ts: '2.0', isFinal: true });
  await next.settled();
  const { rows } = await database.pool.query('SELECT record FROM lobml.halts');
  const stored: { isFinal?: boolean }[] = rows[0].record.messages;
  expect(stored.map(({ isFinal }) => isFinal)).toEqual([true, true]);
  await database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  expect(await replica('later').resume(new Map([['live', bench.target]]))).toEqual([]);
});

/** The same target, as a targets file that does not know the second host yet has it. */
const narrower = () => ({ ...bench.target, hosts: bench.target.hosts.slice(0, 1) });

test('a click does not join the halt of a replica whose targets file names fewer hosts', async () => {
  await database.pool.query('DELETE FROM lobml.halts');
  const [former, present] = [replica('former'), replica('present')];
  const first = former.start({ ...request(), target: narrower() });
  await eventually('the first one has claimed it', async () => {
    const { rows } = await database.pool.query('SELECT 1 FROM lobml.halts WHERE ended_at IS NULL');
    return rows.length > 0;
  });
  const second = await present.start(request()).done;
  expect(second).toMatchObject({ state: 'verified', hosts: [{ host: 'live-1' }, { host: 'live-2' }] });
  expect(second.haltId).not.toBe((await first.done).haltId);
  expect(await bench.restartsOf('live-2')).toBe(1);
  await Promise.all([former.settled(), present.settled()]);
  const { rows } = await database.pool.query('SELECT state FROM lobml.halts');
  expect(rows).toEqual([{ state: 'verified' }, { state: 'verified' }]);
});

test('after a restart with a targets file of more hosts a halt goes on with all of them, as does a click', async () => {
  await database.pool.query('DELETE FROM lobml.halts');
  const halt = newDisable(narrower().hosts);
  await createHaltStore(database.pool).claim({ halt, messages: [] }, 'gone');
  await database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  const restarted = replica('restarted');
  const [resumed] = await restarted.resume(new Map([['live', bench.target]]));
  expect(restarted.start(request()).joined).toBe(true);
  expect(await resumed?.done).toMatchObject({
    haltId: halt.haltId,
    state: 'verified',
    hosts: [{ host: 'live-1' }, { host: 'live-2', process: 'as_wanted' }],
  });
  expect(await bench.restartsOf('live-2')).toBe(1);
  await restarted.settled();
  await database.pool.query('DELETE FROM lobml.halts');
});

test('of one process a click that means more hosts than a halt that goes on takes its place, and no stop is weakened', async () => {
  const killSwitch = bench.killSwitch();
  const first = killSwitch.start({ ...request(), target: narrower(), kind: 'stop' });
  const second = killSwitch.start(request());
  expect(second.joined).toBe(false);
  const ended = await second.done;
  expect(ended).toMatchObject({
    kind: 'stop',
    state: 'verified',
    hosts: [
      { host: 'live-1', process: 'stopped' },
      { host: 'live-2', process: 'stopped' },
    ],
  });
  expect(await first.done).toEqual(ended);
  await killSwitch.settled();
  // Without a database both stay there.
  await rm(join(bench.dataDir, 'halts'), { recursive: true });
});

test('a halt whose replica has gone silent is taken over by one other', async () => {
  const store = createHaltStore(database.pool);
  const killSwitch = replica('gone');
  const gone = killSwitch.start(request());
  const record = { halt: gone.current(), messages: [] };
  await gone.done;
  await killSwitch.settled();
  await database.pool.query('DELETE FROM lobml.halts');
  await store.claim({ ...record, halt: { ...record.halt, haltId: randomUUID() } }, 'gone');
  expect(await store.takeAbandoned('crypto_lob_ml', 'early')).toEqual([]);
  await database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  const taken = await Promise.all(['a', 'b'].map((owner) => store.takeAbandoned('crypto_lob_ml', owner)));
  expect(taken.flat()).toHaveLength(1);
  await database.pool.query('DELETE FROM lobml.halts');
});

test.each([
  ['gives no more signs', 2],
  ['has been silent for long', 60],
])('a click joins the halt of a replica that %s, and carries it out', async (_how, silentSecs) => {
  const store = createHaltStore(database.pool);
  const halt = newDisable(bench.target.hosts);
  await database.pool.query('DELETE FROM lobml.halts');
  await store.claim({ halt, messages: [] }, 'gone');
  const alive = replica('alive');
  const handle = alive.start(request());
  await eventually('it follows', async () => handle.current().haltId === halt.haltId);
  await database.pool.query('UPDATE lobml.halts SET alive_at = now() - make_interval(secs => $1)', [
    silentSecs,
  ]);
  if (silentSecs > 10) expect(await alive.resume(new Map([['live', bench.target]]))).toHaveLength(1);
  expect(await handle.done).toMatchObject({ haltId: halt.haltId, state: 'verified' });
  expect(await bench.restartsOf('live-1')).toBe(1);
  expect(await bench.restartsOf('live-2')).toBe(1);
  await alive.settled();
  const { rows } = await database.pool.query('SELECT state FROM lobml.halts');
  expect(rows).toEqual([{ state: 'verified' }]);
  await database.pool.query('DELETE FROM lobml.halts');
});

test('a running release, its lock and open requests are ended by the halt', async () => {
  const [requestId, releaseId, openId] = [randomUUID(), randomUUID(), randomUUID()];
  const person = JSON.stringify(CAROL);
  const insert = (id: string, target: string, state: string) =>
    database.pool.query(
      `INSERT INTO lobml.release_requests (request_id, strategy, target, kind, state, requested_by, reason, plan,
         digest, check_run_id, evidence, created_at, quorum_expires_at, wish)
       VALUES ($1, 'crypto_lob_ml', $2, 'ordinary', $3, $4, 'r', '{}', 'd', $1, '{}', now(), now(), '{}')`,
      [id, target, state, person],
    );
  await insert(requestId, 'live', 'executing');
  await insert(openId, 'dryrun', 'open');
  await database.pool.query(
    `INSERT INTO lobml.releases (release_id, request_id, strategy, target, state, plan, started_at, confirm_by)
     VALUES ($1, $2, 'crypto_lob_ml', 'live', 'running', '{}', now(), now())`,
    [releaseId, requestId],
  );
  await database.pool.query(
    `INSERT INTO lobml.locks (strategy, target, kind, holder, release_id, reason, taken_at)
     VALUES ('crypto_lob_ml', 'live', 'release', $1, $2, 'r', now()),
            ('crypto_lob_ml', 'live', 'person', $1, NULL, 'r', now())`,
    [person, releaseId],
  );
  const halt = await replica('one').start(request()).done;
  expect(halt).toMatchObject({ state: 'verified', cancelled: { releaseId, requests: 1 } });
  const { rows } = await database.pool.query(
    `SELECT (SELECT state FROM lobml.releases) AS release, (SELECT cancel_requested->'by'->>'id' FROM lobml.releases) AS by,
       (SELECT array_agg(state ORDER BY target) FROM lobml.release_requests) AS requests,
       (SELECT array_agg(kind) FROM lobml.locks) AS locks`,
  );
  // Another target's request, and a person's lock, are left alone.
  expect(rows[0]).toEqual({
    release: 'halted',
    by: 'U0CAROL',
    requests: ['open', 'halted'],
    locks: ['person'],
  });
  // Their messages move to the last state, also when the first attempt was cut short before it could ask for that.
  const asked = [`wake ${releaseId}`, `request:${requestId}`];
  expect(queued).toEqual(asked);
  const again = await cancelReleases({ transact, queue: { wake }, subjectChanged }, halt);
  expect(again).toEqual({ releaseId: null, requests: 0 });
  expect(queued).toEqual([...asked, `request:${requestId}`]);
});

test('a halt ends without a database that refuses or never answers', async () => {
  const refusal = new Error('connect ECONNREFUSED');
  const refuse = async () => {
    throw refusal;
  };
  const hang = () => new Promise<never>(() => {});
  for (const answer of [refuse, hang]) {
    await bench.begin();
    const away = {
      save: answer,
      get: answer,
      latest: answer,
      takeAbandoned: answer,
      noteFollowers: async () => {},
      ofTerminals: async () => [],
      claimTelling: async () => undefined,
      takeUnannounced: answer,
    };
    const store = { claim: answer, ...away };
    let isOver = false;
    const cancel = async () => (isOver ? null : answer());
    const handle = bench.killSwitch({ store, cancelReleases: cancel }).start(request());
    const halt = await handle.done;
    expect(halt.state).toBe('verified');
    isOver = true;
  }
});

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Halt, newHostHalt } from '../../src/domain/halt.js';
import type { HaltReportOptions } from '../../src/domain/halt-report.js';
import { createHaltAnnouncer } from '../../src/halt/announce-halt.js';
import { markHaltsResolved, markHaltsSuperseded } from '../../src/halt/halt-queries.js';
import type { HaltRecord } from '../../src/halt/halt-schema.js';
import { createHaltStore, type HaltStore } from '../../src/halt/halt-store.js';
import { KillSwitch } from '../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import type { Target } from '../../src/runbook/targets.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { eventually } from '../sandbox/host/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease } from '../support/releases.js';
import { CAROL, FACTS, ONE_ALONE } from './support/halting.js';

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-halts-'));
  await database.pool.query('DELETE FROM lobml.halts; DELETE FROM lobml.releases');
});
afterEach(() => rm(dataDir, { recursive: true }));

const target = { name: 'live', channels: undefined, hosts: [] } as unknown as Target;
const targets = new Map([['live', target]]);

/** Verified; its bot was killed before the message in the channel could say so. */
function untold(): HaltRecord {
  const halt: Halt = {
    haltId: randomUUID(),
    strategy: FACTS.strategy,
    target: 'live',
    kind: 'disable',
    wanted: {},
    wantedOf: {},
    requestedBy: CAROL,
    requestedAt: new Date(Date.now() - 60_000).toISOString(),
    reason: null,
    state: 'verified',
    hosts: [{ ...newHostHalt('live-1'), disk: 'done', process: 'as_wanted' }],
    entryWatch: { state: 'clear', from: null, until: null, askedAt: null, entries: 0, code: null },
    openEntries: null,
    verification: null,
    cancelled: null,
    resumed: false,
    endedAt: new Date(Date.now() - 30_000).toISOString(),
  };
  return { halt, messages: [{ role: 'report', channel: 'C0RELEASES', ts: '1.0' }] };
}

function replica(owner: string, store: HaltStore | undefined) {
  return new KillSwitch({
    facts: FACTS,
    hostOf: () => {
      throw new Error('The halt has ended: no host is touched.');
    },
    trading: undefined,
    files: createOpenHaltFiles(dataDir, owner),
    journal: async () => {},
    store,
    clock: systemClock,
    newId: randomUUID,
    owner,
    logger: { warn: () => {}, error: () => {}, info: () => {} },
  });
}

/** What the messages show in the end. @param refusals how many times Slack takes nothing for two minutes */
function announcer(
  refusals = 0,
  clock: Clock = systemClock,
  seen: (options: Omit<HaltReportOptions, 'locale'>) => void = () => {},
) {
  const shown: string[] = [];
  let left = refusals;
  const announce = createHaltAnnouncer({
    ...ONE_ALONE,
    targets,
    view: (halt, options) => {
      const { lateAt } = options;
      seen(options);
      const claim = halt.laterRelease === undefined ? halt.state : 'history';
      return { text: lateAt === undefined ? claim : `late ${claim}`, blocks: [] };
    },
    operators: [],
    open: (channel, ref) => ({
      ref: ref ?? { channel, ts: '2.0' },
      update: () => {},
      finish: async ({ text }) => {
        if (left > 0) {
          left -= 1;
          throw new Error('Slack has taken nothing for two minutes.');
        }
        shown.push(`${channel} ${ref?.ts}: ${text}`);
      },
      settled: async () => {},
    }),
    find: async () => undefined,
    isRefused: () => false,
    clock,
    logger: { warn: () => {} },
  });
  return { announce, shown, refusals: () => left };
}

/** A clock of a bot that has waited: what is to be tried again is due. */
const laterClock = (): Clock & { wait(): void } => {
  let aheadMs = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + aheadMs,
    wait: () => {
      aheadMs += 3_600_000;
    },
  };
};

const untoldAfter = (minutes: number): HaltRecord => {
  const { halt, messages } = untold();
  const at = (before: number) => new Date(Date.now() - before * 60_000).toISOString();
  return { halt: { ...halt, requestedAt: at(minutes + 1), endedAt: at(minutes) }, messages };
};

test('a halt that ended in a bot that was killed is told by the next one, once, without any database', async () => {
  const record = untold();
  await createOpenHaltFiles(dataDir, 'gone').save(record, { synced: true });
  const killSwitch = replica('next', undefined);
  const { announce, shown } = announcer();
  for (const handle of await killSwitch.resume(targets)) announce.resume(handle);
  expect(await killSwitch.resume(targets)).toEqual([]);
  await eventually('the end is told', () => shown.length > 0);
  expect(shown).toEqual(['C0RELEASES 1.0: verified']);
  await eventually('it is noted', async () => {
    const [noted] = await createOpenHaltFiles(dataDir, 'any').list();
    return noted?.messages[0]?.isFinal === true;
  });
  expect(await replica('later', undefined).resume(targets)).toEqual([]);
});

test('of two replicas one tells the end that the database knows, and then nobody any more', async () => {
  const store = createHaltStore(database.pool);
  await store.save(untold(), 'gone');
  expect(await store.takeUnannounced(FACTS.strategy, 'early')).toEqual([]);
  const silent = () => database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  await silent();
  const replicas = [replica('a', store), replica('b', store)];
  const { announce, shown } = announcer();
  const handles = (await Promise.all(replicas.map((one) => one.resume(targets)))).flat();
  expect(handles).toHaveLength(1);
  for (const handle of handles) announce.resume(handle);
  await eventually('the end is told', () => shown.length > 0);
  expect(shown).toEqual(['C0RELEASES 1.0: verified']);
  await eventually('it is stored', async () => {
    const { rows } = await database.pool.query(
      `SELECT record->'messages'->0->'isFinal' AS told FROM lobml.halts`,
    );
    return rows[0]?.told === true;
  });
  await silent();
  expect(await store.takeUnannounced(FACTS.strategy, 'c')).toEqual([]);
});

test('the messages of a halt say so, once, when a later release of the target has begun', async () => {
  const store = createHaltStore(database.pool);
  const [record, other] = [untold(), untold()];
  const endedAt = Date.parse(record.halt.endedAt ?? '');
  await store.save(record, 'gone');
  await store.save({ ...other, halt: { ...other.halt, target: 'dryrun' } }, 'gone');
  await storeRelease(database.pool, {
    state: 'confirmed',
    startedAt: new Date(endedAt - 60_000).toISOString(),
  });
  expect(await markHaltsSuperseded(database.pool, FACTS.strategy)).toEqual([]);
  const startedAt = new Date(endedAt + 10_000).toISOString();
  const releaseId = await storeRelease(database.pool, { state: 'watching', startedAt });
  const marked = (
    await Promise.all([1, 2].map(() => markHaltsSuperseded(database.pool, FACTS.strategy)))
  ).flat();
  expect(marked.map(({ halt }) => halt)).toEqual([
    {
      ...record.halt,
      laterRelease: { releaseId, startedAt, by: { id: 'U0ALICE', name: 'alice', surface: 'slack' } },
    },
  ]);
  const { announce, shown } = announcer();
  for (const one of marked) announce.refresh(one);
  await eventually('it is told', () => shown.length > 0);
  expect(shown).toEqual(['C0RELEASES 1.0: history']);
  expect(await store.latest(FACTS.strategy, 'live')).toMatchObject({ laterRelease: { releaseId } });
});

test('what Slack takes for no two minutes the same bot goes on telling, and a message that comes late says so', async () => {
  const store = createHaltStore(database.pool);
  const record = untoldAfter(5);
  await createOpenHaltFiles(dataDir, 'gone').save(record, { synced: true });
  const killSwitch = replica('next', store);
  const clock = laterClock();
  const { announce, shown, refusals } = announcer(2, clock);
  const goOn = async () => {
    await database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
    clock.wait();
    for (const handle of await killSwitch.resume(targets)) announce.resume(handle);
  };
  await goOn();
  await eventually('it was refused', () => refusals() === 1);
  await killSwitch.settled();
  expect(await createOpenHaltFiles(dataDir, 'any').list()).toHaveLength(1);
  await eventually('the end is told', async () => {
    await goOn();
    return shown.length > 0;
  });
  expect(shown).toEqual(['C0RELEASES 1.0: late verified']);
  await eventually('it leaves the disk', async () => {
    await goOn();
    return (await createOpenHaltFiles(dataDir, 'any').list()).length === 0;
  });
  await goOn();
  expect(shown).toHaveLength(1);
});

test('a bot without its database goes on telling as well', async () => {
  await createOpenHaltFiles(dataDir, 'gone').save(untoldAfter(5), { synced: true });
  const killSwitch = replica('next', undefined);
  const clock = laterClock();
  const { announce, shown } = announcer(2, clock);
  await eventually('the end is told', async () => {
    clock.wait();
    for (const handle of await killSwitch.resume(targets)) announce.resume(handle);
    return shown.length > 0;
  });
  expect(shown).toEqual(['C0RELEASES 1.0: late verified']);
  await killSwitch.settled();
});

test('what nobody was told for two days another replica tells, and that a release has made it history', async () => {
  const store = createHaltStore(database.pool);
  const record = untoldAfter(2 * 24 * 60);
  await store.save(record, 'gone');
  const startedAt = new Date(Date.now() - 60_000).toISOString();
  await storeRelease(database.pool, { state: 'watching', startedAt });
  expect(await markHaltsSuperseded(database.pool, FACTS.strategy)).toHaveLength(1);
  // A replica that does not know of the release yet writes the halt once more.
  await store.save(record, 'other');
  await database.pool.query(`UPDATE lobml.halts SET alive_at = now() - interval '1 minute'`);
  const { announce, shown } = announcer();
  const next = replica('next', store);
  for (const handle of await next.resume(targets)) announce.resume(handle);
  await eventually('it is told', () => shown.length > 0);
  expect(shown).toEqual(['C0RELEASES 1.0: late history']);
  await next.settled();
});

test.each([
  ['en', /This comes late: the halt ended at/, /late: it ended at/],
  ['zh-CN', /本消息迟到/, /迟到的消息/],
] as const)('a late message names both moments (%s)', (locale, line, summary) => {
  const { halt } = untold();
  const endedAt = '2026-01-01T00:02:00.000Z';
  const lateAt = '2026-01-01T00:18:00.000Z';
  const view = haltReportView({ ...halt, endedAt }, { locale, commands: new Map(), lateAt });
  const shown = JSON.stringify(view.blocks);
  expect(shown).toMatch(line);
  for (const at of ['00:02:00 UTC', '00:18:00 UTC']) expect(shown).toContain(at);
  expect(view.text).toMatch(summary);
});

test('an alarm is ended where it was raised, by the halt that was verified afterwards', async () => {
  const store = createHaltStore(database.pool);
  const [first, second, other] = [untoldAfter(5), untoldAfter(2), untoldAfter(2)];
  const alarm = { role: 'alarm', channel: 'C0INCIDENTS', ts: '7.0', isFinal: true } as const;
  const raised = { halt: { ...first.halt, state: 'not_verified' as const }, messages: [alarm] };
  await store.save(raised, 'gone');
  await store.save({ ...other, halt: { ...other.halt, target: 'dryrun' } }, 'gone');
  expect(await markHaltsResolved(database.pool, FACTS.strategy)).toEqual([]);
  await store.save({ ...second, halt: { ...second.halt, kind: 'stop' } }, 'gone');
  const marked = (
    await Promise.all([1, 2].map(() => markHaltsResolved(database.pool, FACTS.strategy)))
  ).flat();
  const { haltId, endedAt } = second.halt;
  const resolvedBy = { haltId, kind: 'stop', by: CAROL, at: endedAt };
  expect(marked).toMatchObject([{ halt: { haltId: raised.halt.haltId, resolvedBy }, messages: [alarm] }]);
  const called: (string | undefined)[] = [];
  const { announce, shown } = announcer(0, systemClock, (options) => called.push(options.alarm));
  for (const one of marked) announce.refresh(one);
  await eventually('it is told', () => shown.length > 0);
  expect(shown).toEqual(['C0INCIDENTS 7.0: not_verified']);
  expect(called).toEqual([undefined]);
  // Whoever writes the halt once more does not forget it.
  await store.save(raised, 'gone');
  expect((await store.get(raised.halt.haltId))?.halt.resolvedBy).toEqual(resolvedBy);
});

test.each([
  ['en', /Resolved: Stop the service by <@U0CAROL> was verified at/],
  ['zh-CN', /已解决：<@U0CAROL> 的“停止服务”已于/],
] as const)('what was resolved calls nobody and asks for nothing (%s)', (locale, resolved) => {
  const { halt } = untold();
  const resolvedBy = {
    haltId: randomUUID(),
    kind: 'stop',
    by: CAROL,
    at: '2026-01-02T03:04:05.000Z',
  } as const;
  const view = haltReportView(
    { ...halt, state: 'not_verified', resolvedBy },
    { locale, commands: new Map([['live-1', { file: '/f', restart: 'r', stop: 's', status: 't' }]]) },
  );
  const shown = JSON.stringify(view.blocks);
  expect(shown).toMatch(resolved);
  expect(view.text).toMatch(/HISTORY|历史/);
  expect(shown).not.toMatch(/rollback:(stop|disable)|by hand|手动/);
});

test.each([
  ['en', /HISTORY \(was: HALT/, /may be on again/],
  ['zh-CN', /历史（当时：/, /可能已重新开启/],
] as const)('a halt that a release followed claims nothing for the present (%s)', (locale, title, since) => {
  const { halt } = untold();
  const laterRelease = { releaseId: 'r-1', startedAt: '2026-01-02T03:04:05.000Z' };
  for (const state of ['verified', 'not_verified'] as const) {
    const view = haltReportView({ ...halt, state, laterRelease }, { locale, commands: new Map() });
    const shown = JSON.stringify(view.blocks);
    expect(view.text).toMatch(title);
    expect(shown).toMatch(since);
    // What stops the strategy that may be on again; nothing that goes on with this halt.
    expect(shown.match(/"action_id":"rollback:[a-z_]+"/g)?.[0]).toBe('"action_id":"rollback:disable"');
    expect(shown).not.toContain('rollback:stop');
  }
});

test('of a later release and a later verified halt the newest alone has the word', async () => {
  const store = createHaltStore(database.pool);
  const [first, second, third] = [untoldAfter(60), untoldAfter(50), untoldAfter(20)];
  await store.save({ ...first, halt: { ...first.halt, state: 'not_verified' } }, 'gone');
  await store.save({ ...second, halt: { ...second.halt, kind: 'stop' } }, 'gone');
  expect(await markHaltsResolved(database.pool, FACTS.strategy)).toHaveLength(1);
  const startedAt = new Date(Date.now() - 40 * 60_000).toISOString();
  await storeRelease(database.pool, { state: 'confirmed', startedAt });
  const history = await markHaltsSuperseded(database.pool, FACTS.strategy);
  const by = { id: 'U0ALICE', name: 'alice', surface: 'slack' };
  expect(history.map(({ halt }) => halt.laterRelease)).toMatchObject([{ by }, { by }]);
  const shownOf = (haltId: string, halts: readonly HaltRecord[]) => {
    const halt = halts.find((one) => one.halt.haltId === haltId)?.halt;
    if (halt === undefined) throw new Error('It was not marked.');
    return JSON.stringify(haltReportView(halt, { locale: 'en', commands: new Map() }).blocks);
  };
  const followed = shownOf(first.halt.haltId, history);
  expect(followed).toMatch(/a release of <@U0ALICE> has run: the strategy may be on again/);
  expect(followed).not.toMatch(/Resolved:|Nothing is to be done/);
  // The halt after that release has the strategy off again: whatever stood there before asks for nothing.
  await store.save(third, 'gone');
  const resolved = await markHaltsResolved(database.pool, FACTS.strategy);
  expect(resolved.map(({ halt }) => halt.haltId).sort()).toEqual(
    [first.halt.haltId, second.halt.haltId].sort(),
  );
  expect(await markHaltsResolved(database.pool, FACTS.strategy)).toEqual([]);
  for (const { halt } of [first, second]) {
    const present = shownOf(halt.haltId, resolved);
    expect(present).toMatch(/Resolved: Disable by <@U0CAROL> was verified at/);
    expect(present).not.toMatch(/may be on again|rollback:disable/);
  }
});

test('a model that was put back proves nothing of a strategy that was to be off, but of one that was to have that model', async () => {
  const store = createHaltStore(database.pool);
  const [off, model, proved] = [untoldAfter(60), untoldAfter(50), untoldAfter(20)];
  await store.save({ ...off, halt: { ...off.halt, state: 'not_verified' } }, 'gone');
  await store.save(
    { ...model, halt: { ...model.halt, kind: 'previous_model', state: 'not_verified' } },
    'gone',
  );
  await store.save({ ...proved, halt: { ...proved.halt, kind: 'previous_model' } }, 'gone');
  const marked = await markHaltsResolved(database.pool, FACTS.strategy);
  expect(marked.map(({ halt }) => halt.haltId)).toEqual([model.halt.haltId]);
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLookTask } from '../../src/watch/look.js';
import { lookAt } from '../../src/watch/watch-jobs.js';
import { ensureWatch } from '../../src/watch/watch-store.js';
import { aCheck } from '../support/runs.js';
import { createWatchWorld, failing, LOOK_CALL, OPERATOR, type WatchWorld } from './support/watch-world.js';

let watched: WatchWorld;
const useWatch = async (watch?: string) => {
  await watched?.drop();
  watched = await createWatchWorld(watch);
};
beforeEach(async () => {
  watched = await createWatchWorld();
});
afterEach(() => watched.drop());

const bad = () => {
  watched.world.checks = [failing('a'), aCheck('b')];
};
const good = () => {
  watched.world.checks = [aCheck('a'), aCheck('b')];
};

describe('a look', () => {
  test('runs the checks as a run of the watch, and arranges the next one on the grid', async () => {
    const { dueAt } = (await watched.watchOf()) ?? { dueAt: '' };
    await watched.look();
    const watch = await watched.watchOf();
    expect(watched.world.runs).toMatchObject([
      { kind: 'gonogo', watched: true, requestedBy: { name: 'watch' } },
    ]);
    expect(watch?.state.verdict).toBe('GO');
    expect(watch?.lookedAt).not.toBeNull();
    expect(Date.parse(watch?.dueAt ?? '') - Date.parse(dueAt)).toBe(60_000);
    expect(await watched.nextJobAt()).toEqual([new Date(watch?.dueAt ?? '')]);
    expect(watched.beats).toEqual(['live']);
  });

  test('that saw nothing is no success: nobody outside the bot hears that the watch is well', async () => {
    await watched.look();
    const ageSecs = async () =>
      Math.round((Date.now() - Date.parse((await watched.watchOf())?.lookedAt ?? '')) / 1_000);
    watched.world.checks = [aCheck('a', { outcome: 'ERROR' }), aCheck('b', { outcome: 'ERROR' })];
    await watched.later(60);
    await watched.look();
    expect(await ageSecs()).toBeGreaterThanOrEqual(60);
    expect(watched.beats).toEqual(['live']);
    // One check that judges is enough, whatever it says.
    watched.world.checks = [failing('a'), aCheck('b', { outcome: 'ERROR' })];
    await watched.later(60);
    await watched.look();
    expect(await ageSecs()).toBeLessThan(60);
    expect(watched.beats).toEqual(['live', 'live']);
  });

  test('leaves out looks that were missed', async () => {
    await watched.later(601);
    const { dueAt } = (await watched.watchOf()) ?? { dueAt: '' };
    await watched.look();
    const next = Date.parse((await watched.watchOf())?.dueAt ?? '');
    expect((next - Date.parse(dueAt)) % 60_000).toBe(0);
    expect(next).toBeGreaterThan(Date.now());
    expect(next).toBeLessThan(Date.now() + 61_000);
    expect(await watched.nextJobAt()).toHaveLength(1);
  });

  test('never goes on beside one at another target: a halt finds a connection to the trading database', async () => {
    const other = await ensureWatch(watched.pool, { strategy: 'other', target: 'policy', everySecs: 60 });
    await lookAt(watched.pool, other.watchId, new Date());
    const { rows } = await watched.pool.query<{ queue: string }>(
      `SELECT DISTINCT queue_name AS queue FROM lobml_worker.jobs WHERE key LIKE 'look %' AND queue_name IS NOT NULL`,
    );
    expect(await watched.nextJobAt()).toHaveLength(2);
    expect(rows).toHaveLength(1);
  });

  test('that dies in the middle leaves nothing behind: it is taken once more', async () => {
    bad();
    const dying = createLookTask({
      ...watched.looking,
      transact: async () => {
        throw new Error('the connection is gone');
      },
    });
    const before = await watched.watchOf();
    await expect(dying({ subject: `look:${before?.watchId}` }, LOOK_CALL)).rejects.toThrow('gone');
    expect(await watched.watchOf()).toEqual(before);
    await watched.look();
    expect((await watched.watchOf())?.state.looks).toHaveLength(1);
  });

  test('that was overtaken by another replica writes nothing', async () => {
    const task = createLookTask(watched.looking);
    const before = await watched.watchOf();
    const call = { ...LOOK_CALL, lost: AbortSignal.abort(new Error('lost')) };
    await expect(task({ subject: `look:${before?.watchId}` }, call)).rejects.toThrow('lost');
    expect(await watched.watchOf()).toEqual(before);
  });

  test('of some checks alone is partial, and of several kinds one verdict', async () => {
    await useWatch('{ everySecs: 60, runs: [precheck, verify], checks: [a], after: { call: 1 } }');
    watched.world.checks = [failing('a'), failing('b')];
    await watched.look();
    expect(
      watched.world.runs.map(({ kind, partial, checks }) => [kind, partial, checks.map(({ id }) => id)]),
    ).toEqual([
      ['precheck', true, ['a']],
      ['verify', true, ['a']],
    ]);
    expect((await watched.watchOf())?.state.verdict).toBe('NO_GO');
  });
});

describe('what people see', () => {
  test('nothing while all is well, nor of one bad look', async () => {
    await watched.look(2);
    bad();
    await watched.look();
    good();
    await watched.look();
    bad();
    await watched.look();
    expect(watched.messages()).toEqual([]);
  });

  test('a NO-GO calls the operators where incidents are told, with the check, since when, and the way out', async () => {
    await watched.look();
    await watched.pool.query(`UPDATE lobml.check_runs SET began_at = began_at - interval '30 minutes'`);
    bad();
    await watched.look(2);
    const [message, ...others] = watched.messages();
    expect(others).toEqual([]);
    expect(message?.channel).toBe('C0INCIDENTS');
    expect(message?.text).toMatch(/^<!subteam\^S0OPS> ⛔ Watch · live: NO-GO · a: a is wrong/);
    expect(message?.blocks).toMatch(/Since .*<!date/);
    expect(message?.blocks).toContain('rollback:disable');
    expect(message?.blocks).toContain('watch:take');
    expect(message?.blocks).toContain('<!subteam^S0OPS>');
    expect(message?.blocks).toContain('data_visualization');
  });

  test('what is unknown is told where reports stand, and that it became worse where incidents are', async () => {
    watched.world.checks = [
      aCheck('a', { outcome: 'INCONCLUSIVE', reason: { code: 'neither_holds' }, says: [] }),
    ];
    await watched.look(2);
    expect(watched.messages().map(({ channel, text }) => [channel, text.slice(0, 22)])).toEqual([
      ['C0REPORTS', '⏸️ Watch · live: HOLD '],
    ]);
    bad();
    await watched.look(2);
    const both = watched.messages();
    expect(both.map(({ channel }) => channel)).toEqual(['C0REPORTS', 'C0INCIDENTS']);
    expect(both.every(({ text }) => text.includes('live: NO-GO'))).toBe(true);
    expect(both[0]?.text).not.toContain('<!subteam');
    good();
    await watched.look(2);
    expect(watched.messages().map(({ text }) => text.replace('<!subteam^S0OPS> ', ''))).toEqual([
      expect.stringMatching(/^✅ Watch · live: well again/),
      expect.stringMatching(/^✅ Watch · live: well again/),
    ]);
    expect(watched.messages()[1]?.blocks).not.toContain('rollback:disable');
  });

  test('a check that flaps makes one message, however often it does', async () => {
    bad();
    await watched.look(2);
    for (let count = 0; count < 5; count += 1) {
      good();
      await watched.look();
      bad();
      await watched.look();
    }
    for (let count = 0; count < 3; count += 1) {
      good();
      await watched.look(2);
      bad();
      await watched.look(2);
    }
    expect(watched.messages()).toHaveLength(1);
  });

  test('a check that fails after somebody had it calls anew in the thread, and so does every round', async () => {
    bad();
    await watched.look(2);
    const [key = ''] = [...watched.slack.standing.values()].map((message) => message.key);
    const episodeId = key.slice('watch:'.length, 'watch:'.length + 36);
    await watched.service.take(episodeId, OPERATOR);
    watched.world.checks = [aCheck('a', { outcome: 'FAIL' }), aCheck('b', { outcome: 'FAIL' })];
    await watched.look();
    await watched.show();
    expect(watched.messages()).toHaveLength(1);
    await watched.look();
    await watched.show();
    expect(watched.messages()).toHaveLength(2);
    expect(watched.messages()[1]?.blocks).toContain('S0OPS');
    expect(watched.messages()[0]?.blocks).toContain('watch:take');
    expect(await watched.service.take(episodeId, OPERATOR)).toEqual({ kind: 'taken' });
    await watched.look(2);
    await watched.show();
    expect(watched.messages()).toHaveLength(2);
  });

  test('somebody has it: by name, and nobody is called again', async () => {
    bad();
    await watched.look(2);
    const [key = ''] = [...watched.slack.standing.values()].map((message) => message.key);
    const episodeId = key.slice('watch:'.length, 'watch:'.length + 36);
    expect(await watched.service.take(episodeId, OPERATOR)).toEqual({ kind: 'taken' });
    expect(await watched.service.take(episodeId, { ...OPERATOR, id: 'U0BOB' })).toMatchObject({
      kind: 'had',
      by: OPERATOR,
    });
    await watched.show();
    const [message] = watched.messages();
    expect(message?.blocks).toContain('<@U0CAROL> has it');
    expect(message?.blocks).not.toContain('watch:take');
    expect(message?.blocks).toContain('rollback:disable');
    expect(watched.events.map(({ kind }) => kind)).toEqual(['watch.taken']);
    await callsAfter(600);
    expect(watched.messages()).toHaveLength(1);
  });

  test('nobody comes: operators are called again below the message, and then admins too', async () => {
    bad();
    await watched.look(2);
    await callsAfter(301);
    expect(watched.messages().filter(({ isReply }) => isReply)).toHaveLength(1);
    expect(watched.messages()[1]?.text).toMatch(
      /^<!subteam\^S0OPS> ⛔ Watch · live: NO-GO\. Nobody has said/,
    );
    await callsAfter(301);
    expect(watched.messages()[2]?.text).toMatch(/^<!subteam\^S0OPS> <@U0CAROL> /);
    good();
    await watched.look(2);
    expect(watched.messages()[2]?.blocks).toContain('This call is over');
    expect(watched.messages()[2]?.blocks).not.toContain('watch:take');
  });
});

/** As if so many seconds had passed since people were called. */
async function callsAfter(secs: number): Promise<void> {
  await watched.pool.query(
    `UPDATE lobml.watch_episodes SET episode = jsonb_set(episode, '{calledAt}',
       to_jsonb(to_char(((episode->>'calledAt')::timestamptz - $1 * interval '1 second') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))`,
    [secs],
  );
  await watched.pool.query(`UPDATE lobml_worker._private_jobs SET run_at = now() WHERE key LIKE '% watch:%'`);
  await watched.show();
}

describe('a halt by the watch', () => {
  const HALTING = '{ everySecs: 60, after: { call: 1, halt: 3, well: 1 }, halt: [a] }';

  test('comes when a listed check fails often enough in a row, once a day, and with its evidence', async () => {
    await useWatch(HALTING);
    bad();
    await watched.look(2);
    expect(watched.halts).toEqual([]);
    await watched.look();
    expect(watched.halts).toMatchObject([
      {
        kind: 'disable',
        requestedBy: { name: 'watch' },
        watch: {
          looks: 3,
          troubles: [{ id: 'a', outcome: 'FAIL' }],
          runIds: [watched.world.runs.at(-1)?.runId],
        },
      },
    ]);
    expect(watched.events.map(({ kind }) => kind)).toEqual(['watch.halt_decided']);
    expect((await watched.watchOf())?.haltWanted).toBeNull();
    await watched.look(3);
    expect(watched.halts).toHaveLength(1);
    expect(watched.messages()[0]?.blocks).toContain('a person must decide');
  });

  test.each([
    ['is carried out by the next one', 'bad', 0, 1, 'watch.halt_decided'],
    ['is dropped where its check passes again', 'good', 0, 0, 'watch.halt_dropped'],
    ['is dropped when it is old', 'bad', 10, 0, 'watch.halt_dropped'],
  ] as const)('that was decided by a bot that died %s', async (_, now, minutes, halted, kind) => {
    await useWatch(HALTING);
    bad();
    await watched.look(2);
    const dying = createLookTask({
      ...watched.looking,
      killSwitch: {
        ...watched.looking.killSwitch,
        start: () => {
          throw new Error('killed');
        },
      },
    });
    const watch = await watched.watchOf();
    await expect(dying({ subject: `look:${watch?.watchId}` }, LOOK_CALL)).rejects.toThrow('killed');
    expect(watched.halts).toEqual([]);
    await watched.looking.database.query(
      "UPDATE lobml.watches SET looked_at = looked_at - $1::integer * INTERVAL '1 minute'",
      [minutes],
    );
    if (now === 'good') good();
    await watched.look();
    expect(watched.halts).toHaveLength(halted);
    expect(watched.events.map((event) => event.kind)).toContain(kind);
    await watched.look();
    expect(watched.halts).toHaveLength(halted);
    expect((await watched.watchOf())?.haltWanted).toBeNull();
  });

  test('needs a check that is listed', async () => {
    await useWatch(HALTING.replace('[a]', '[b]'));
    bad();
    await watched.look(5);
    expect(watched.halts).toEqual([]);
  });
});

describe('switching it', () => {
  test('off: what went on is over, nobody looks, and its return is arranged', async () => {
    bad();
    await watched.look(2);
    const facts = await watched.service.switchOff('live', OPERATOR, 7_200_000);
    await watched.show();
    expect(facts?.watch).toMatchObject({ isOn: false, switchedBy: OPERATOR });
    expect(watched.messages()[0]?.blocks).toContain('<@U0CAROL> switched the watch off');
    const [at] = await watched.nextJobAt();
    expect((at?.getTime() ?? 0) - Date.now()).toBeGreaterThan(7_100_000);
    const runs = watched.world.runs.length;
    await watched.look(2);
    expect(watched.world.runs).toHaveLength(runs);
    expect(watched.events).toMatchObject([
      { kind: 'watch.off', actor: OPERATOR, details: { until: facts?.watch?.offUntil } },
    ]);
  });

  test('a pause that is over ends by itself', async () => {
    await watched.service.switchOff('live', OPERATOR, 1);
    await watched.look();
    expect(await watched.watchOf()).toMatchObject({ isOn: true, offUntil: null });
    expect(watched.world.runs).toHaveLength(1);
    expect(watched.events.map(({ kind }) => kind)).toEqual(['watch.off', 'watch.on']);
  });

  test('on: it looks at once, and counts anew', async () => {
    bad();
    await watched.look();
    await watched.service.switchOff('live', OPERATOR, undefined);
    await watched.service.switchOn('live', OPERATOR);
    expect((await watched.nextJobAt())[0]?.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    await watched.look();
    expect((await watched.watchOf())?.state).toMatchObject({ verdict: null, looks: [{ verdict: 'NO_GO' }] });
  });
});

describe('a watch that does not run', () => {
  const overdue = () => watched.later(60 + 46);

  test('is told by whichever replica notices, once, and operators are called', async () => {
    await watched.look();
    await overdue();
    await Promise.all([watched.guardOnce(true), watched.guardOnce(true)]);
    await watched.show();
    expect(watched.messages()).toHaveLength(1);
    expect(watched.messages()[0]).toMatchObject({
      channel: 'C0INCIDENTS',
      text: expect.stringMatching(/^<!subteam\^S0OPS> 🚨 The watch of live does not run/),
    });
    expect((await watched.service.factsOf('live'))?.silentSince).toBeDefined();
    expect(watched.events.map(({ kind }) => kind)).toEqual(['watch.silent']);
    await watched.look();
    expect(watched.messages()[0]?.text).toMatch(/^<!subteam\^S0OPS> ⏮ Over: The watch of live does not run/);
    expect(watched.messages()[0]?.blocks).toContain('The watch runs again');
  });

  test('is not told by a bot that has just begun, nor of one that is off, nor a moment late', async () => {
    await watched.look();
    await watched.later(60 + 40);
    await watched.guardOnce(true);
    await watched.later(6);
    await watched.guardOnce(false);
    await watched.service.switchOff('live', OPERATOR, undefined);
    await overdue();
    await watched.guardOnce(true);
    await watched.show();
    expect(watched.messages()).toEqual([]);
  });

  test('whose job was lost gets another one', async () => {
    await watched.pool.query(`DELETE FROM lobml_worker._private_jobs`);
    await watched.guardOnce();
    expect(await watched.nextJobAt()).toHaveLength(1);
  });
});

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { loadConfig } from '../../src/config/config.js';
import { BACK_WITHIN_MS, type Drill, partOf, SEEN_WITHIN_MS } from '../../src/domain/drill.js';
import { LOCALES } from '../../src/domain/localized.js';
import type { ReleaseState } from '../../src/domain/release-state.js';
import type { DrillEvent } from '../../src/drill/drill-events.js';
import { createDrillService, type DrillServiceOptions } from '../../src/drill/drill-service.js';
import { createHaltStore } from '../../src/halt/halt-store.js';
import type { KillSwitch } from '../../src/halt/kill-switch.js';
import { rehearseHalt } from '../../src/halt/rehearse-halt.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import type { Target } from '../../src/runbook/targets.js';
import { createStatusService } from '../../src/status/status-service.js';
import { createTransact } from '../../src/store/transaction.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { systemClock } from '../../src/time/clock.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { drillView } from '../../views/drill.js';
import { CAROL, createHaltingBench, FACTS, FLAG, type HaltingBench } from '../halt/support/halting.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease, storeRequest } from '../support/releases.js';

const DAVE = { id: 'U0DAVE', name: 'dave', surface: 'slack' } as const;
const logger = createLogger({ level: 'silent', to: 'stderr' });
const REASONS = { halt: 'a drill', back: 'back from a drill' };

let bench: HaltingBench;
let state: TestDatabase;
let runbook: Runbook;
let trading: TradingDatabase;
let events: DrillEvent[];

beforeAll(async () => {
  [bench, state, runbook] = await Promise.all([
    createHaltingBench(1),
    createTestDatabase(),
    loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS),
  ]);
  const { connectionString: url = '' } = bench.orders.options;
  trading = createTradingDatabase({ url, logger });
});
afterAll(async () => {
  await trading?.close();
  await bench?.close();
  await state?.drop();
});
beforeEach(async () => {
  events = [];
  await state.pool.query(
    'TRUNCATE lobml.drills, lobml.halts, lobml.releases, lobml.release_requests CASCADE',
  );
  await bench.begin();
});

const real = (): Target => ({ ...bench.target, drill: 'real' });

function service(more: Partial<DrillServiceOptions> = {}) {
  const hostOf: DrillServiceOptions['hostOf'] = (settings) => createHost(settings);
  const transact = createTransact(async () => state.pool);
  const killSwitch: KillSwitch = bench.killSwitch({ store: createHaltStore(state.pool) });
  const asked: { reason: string; settings: unknown }[] = [];
  const drills = createDrillService({
    config: loadConfig({ DATABASE_URL: state.url }, { role: 'terminal' }),
    strategies: [{ runbook }],
    runbook,
    trading,
    state: state.pool,
    database: {
      query: (text, values) => state.pool.query(text, values),
      transact,
      transactWithJobs: transact,
    },
    hostOf,
    killSwitch,
    rehearseHalt: () => rehearseHalt({ facts: FACTS, hostOf, pid: process.pid, logger }),
    releases: {
      plan: (async ({ reason, settings }: { reason: string; settings: unknown }) => {
        asked.push({ reason, settings });
        return { kind: 'refused', refusals: [{ code: 'verdict_forbids', facts: { verdict: 'HOLD' } }] };
      }) as never,
      request: (async () => Promise.reject(new Error('nothing was planned'))) as never,
      obstacle: async () => undefined,
      live: async () => undefined,
      underWay: async () => undefined,
    },
    status: createStatusService({
      runbook,
      hostOf,
      runs: { latestOfKinds: async () => [] },
      onStoreError: () => {},
      now: () => new Date(),
    }),
    subjectChanged: async () => {},
    record: async (event) => void events.push(event),
    newId: randomUUID,
    now: () => new Date(),
    clock: systemClock,
    logger,
    ...more,
  });
  return { drills, killSwitch, asked };
}

type Drills = ReturnType<typeof service>['drills'];

async function begun(drills: Drills, target: Target): Promise<Drill> {
  const answer = await drills.begin({ target, by: CAROL, reasons: REASONS });
  if (answer.kind === 'refused') throw new Error(answer.refusal.code);
  await answer.acted;
  return existing(await drills.settle(answer.drill.drillId));
}

const existing = (drill: Drill | undefined): Drill => {
  if (drill === undefined) throw new Error('there is no such drill');
  return drill;
};

const flags = async () =>
  Promise.all(
    bench.trading.hosts.map(async ({ environmentFiles }) =>
      (await readFile(environmentFiles[1], 'utf8')).includes(`${FLAG}=true`),
    ),
  );

/** As if it had been begun so long ago. */
const age = (drillId: string, ms: number) =>
  state.pool.query(
    `UPDATE lobml.drills SET requested_at = requested_at - $2 * interval '1 millisecond' WHERE drill_id = $1`,
    [drillId, ms],
  );

/** A release that follows the halt of a drill. */
async function wayBack(drill: Drill, releaseState: ReleaseState): Promise<void> {
  const startedAt = new Date(Date.parse(drill.requestedAt) + 60_000).toISOString();
  await storeRelease(state.pool, { state: releaseState, startedAt });
  await state.pool.query('UPDATE lobml.release_requests SET incident_id = $1', [drill.haltId]);
}

describe('a real drill', () => {
  test('halts with its full proof, times each part, and is good once it is back and its alarm was seen', async () => {
    const { drills, asked } = service();
    const drill = await begun(drills, real());
    expect(await flags()).toEqual([false, false]);
    expect(drill.state).toBe('waiting');
    const ms = (name: Parameters<typeof partOf>[1]) => partOf(drill, name)?.ms ?? Number.NaN;
    expect(ms('flag')).toBeGreaterThan(0);
    expect(ms('off')).toBeGreaterThanOrEqual(ms('flag'));
    // One second of observation.
    expect(ms('proof')).toBeGreaterThan(ms('off') + 900);
    expect(partOf(drill, 'empty')).toMatchObject({ state: 'good' });
    expect(asked).toEqual([{ reason: REASONS.back, settings: { ENABLED: 'true' } }]);
    expect(partOf(drill, 'back')).toMatchObject({
      state: 'waiting',
      because: 'back_refused',
      refusals: [{ code: 'verdict_forbids', facts: { verdict: 'HOLD' } }],
    });

    expect(await drills.see(drill.drillId, DAVE)).toBe(true);
    expect(await drills.see(drill.drillId, CAROL)).toBe(false);
    await wayBack(drill, 'confirmed');
    const ended = existing(await drills.settle(drill.drillId));
    expect(ended).toMatchObject({ state: 'good', seenBy: DAVE });
    expect(partOf(ended, 'back')?.ms).toBeCloseTo(60_000, -2);
    expect(events.map(({ kind }) => kind)).toEqual(['drill.begun', 'drill.seen', 'drill.ended']);
    expect(bench.events.find(({ kind }) => kind === 'halt.requested')).toMatchObject({
      reason: REASONS.halt,
    });
  });

  test('is not begun where nothing could be proved, or where nothing would lead back', async () => {
    const onlyRunning = { running: () => ({}) } as unknown as KillSwitch;
    const refusing = [
      [{ killSwitch: onlyRunning }, 'drill_during_halt'],
      [{ releases: { underWay: async () => ({}) } }, 'drill_during_release'],
      [{ releases: { live: async () => ({}) } }, 'drill_during_release'],
    ] as const;
    for (const [parts, code] of refusing) {
      const { releases = {}, ...others } = { releases: {}, ...parts };
      const base = {
        obstacle: async () => undefined,
        live: async () => undefined,
        underWay: async () => undefined,
      };
      const { drills } = service({ ...others, releases: { ...base, ...releases } as never });
      await expect(drills.begin({ target: real(), by: CAROL, reasons: REASONS })).rejects.toMatchObject({
        code,
      });
    }
    const blocked = service({
      releases: {
        live: async () => undefined,
        underWay: async () => undefined,
        obstacle: async () => ({ code: 'nobody_may_approve' }),
      } as never,
    });
    const answer = await blocked.drills.begin({ target: real(), by: CAROL, reasons: REASONS });
    expect(answer).toEqual({ kind: 'refused', refusal: { code: 'nobody_may_approve' } });
    expect(await flags()).toEqual([true, true]);

    const { drills, killSwitch } = service();
    await killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL }).done;
    await expect(drills.begin({ target: real(), by: CAROL, reasons: REASONS })).rejects.toMatchObject({
      code: 'drill_is_off',
    });
    expect(events.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'drill.refused'));
    expect(await drills.latest('live')).toEqual([]);
  });

  test.each([
    ['that ends in the middle of its bot', true],
    ['that ends before it could say which halt is its own', false],
  ])('%s is broken off once its halt has ended', async (_when, isNoted) => {
    const { drills, killSwitch } = service();
    const drillId = await left('real');
    const handle = killSwitch.start({ target: bench.target, kind: 'disable', requestedBy: CAROL });
    const { haltId } = handle.current();
    if (isNoted) await state.pool.query('UPDATE lobml.drills SET halt_id = $1', [haltId]);
    // Its process lives still.
    expect(existing(await drills.settle(drillId)).state).toBe('acting');
    await silence();
    expect(existing(await drills.settle(drillId)).state).toBe('acting');
    await handle.done;
    await killSwitch.settled();
    expect(existing(await drills.settle(drillId))).toMatchObject({ state: 'broken_off', haltId });
    // Nothing of it keeps the next one away.
    await expect(drills.begin({ target: real(), by: CAROL, reasons: REASONS })).rejects.toMatchObject({
      code: 'drill_is_off',
    });
  });

  test.each([
    ['confirmed', 'good', null],
    ['watching', 'waiting', 'back_runs'],
    ['reverted', 'waiting', 'back_ended'],
  ] as const)('whose way back is %s is %s', async (releaseState, expected, because) => {
    const { drills } = service();
    const drill = await waiting('real');
    await wayBack(drill, releaseState);
    const settled = existing(await drills.settle(drill.drillId));
    expect([settled.state, partOf(settled, 'back')?.because]).toEqual([expected, because]);
  });

  test('fails where nobody sees its alarm, and where nothing leads back in time', async () => {
    const { drills } = service();
    const unseen = await waiting('real');
    await state.pool.query(
      `UPDATE lobml.drills SET seen_by = NULL,
         parts = jsonb_set(parts, '{0,state}', '"waiting"')`,
    );
    await age(unseen.drillId, SEEN_WITHIN_MS - 10_000);
    expect(existing(await drills.settle(unseen.drillId)).state).toBe('waiting');
    await age(unseen.drillId, 20_000);
    const late = existing(await drills.settle(unseen.drillId));
    expect([late.state, partOf(late, 'alarm')?.because]).toEqual(['failed', 'not_seen']);

    const lost = await waiting('real');
    await storeRequest(state.pool, { state: 'open', at: lost.requestedAt });
    await state.pool.query('UPDATE lobml.release_requests SET incident_id = $1', [lost.haltId]);
    await age(lost.drillId, BACK_WITHIN_MS - 10_000);
    const still = existing(await drills.settle(lost.drillId));
    expect([still.state, partOf(still, 'back')?.because]).toEqual(['waiting', 'back_waits']);
    await age(lost.drillId, 20_000);
    const over = existing(await drills.settle(lost.drillId));
    expect([over.state, partOf(over, 'back')?.because]).toEqual(['failed', 'back_late']);
  });
});

describe('a rehearsal', () => {
  test('tries every part of a halt and changes nothing', async () => {
    const { drills } = service();
    const before = await bench.restartsOf('live-1');
    const drill = await begun(drills, bench.target);
    expect(drill.kind).toBe('rehearsal');
    const states = Object.fromEntries(drill.parts.map(({ part, state: of }) => [part, of]));
    expect(states).toMatchObject({ machine: 'good', hosts: 'good', records: 'good', clocks: 'good' });
    expect(states).toMatchObject({ venue: 'left_out', alarm: 'waiting' });
    expect(partOf(drill, 'hosts')?.ms).toBeGreaterThan(0);
    expect(await flags()).toEqual([true, true]);
    expect(await bench.restartsOf('live-1')).toBe(before);
    await drills.see(drill.drillId, DAVE);
    expect(existing(await drills.get(drill.drillId)).state).toBe('good');
  });

  test('fails by name of what is wrong, in both languages, and hides nothing else', async () => {
    const { drills } = service();
    const [first, ...others] = bench.target.hosts;
    if (first === undefined) throw new Error('there is no host');
    const gone = { ...first, environmentFiles: [{ path: '/no/such/place.env', optional: false }] };
    const drill = await begun(drills, { ...bench.target, hosts: [gone, ...others] });
    expect(drill.state).toBe('failed');
    expect(partOf(drill, 'hosts')).toMatchObject({ state: 'failed', because: 'findings' });
    expect(partOf(drill, 'machine')).toMatchObject({ state: 'good' });
    for (const locale of LOCALES) {
      const shown = JSON.stringify(drillView(drill, { before: [] }, locale));
      expect(shown).toContain('/no/such/place.env');
      expect(shown).toContain('live-1');
    }
  });

  test('is the only drill of its target, and one that died is none', async () => {
    const { drills } = service();
    const drillId = await left('rehearsal');
    await expect(drills.begin({ target: bench.target, by: DAVE, reasons: REASONS })).rejects.toMatchObject({
      code: 'drill_goes_on',
      facts: { target: 'live', who: 'carol' },
    });
    await silence();
    expect((await begun(drills, bench.target)).state).toBe('waiting');
    expect(existing(await drills.get(drillId)).state).toBe('broken_off');
  });

  test('is compared with the last ten good ones of its kind', async () => {
    const { drills } = service();
    for (let count = 1; count <= 12; count += 1) await past('rehearsal', count * 1_000, 'good');
    await past('rehearsal', 99_000, 'failed');
    await past('real', 99_000, 'good');
    const drill = await begun(drills, bench.target);
    const before = await drills.before(drill);
    expect(before).toHaveLength(10);
    const shown = drillView(drill, { before }, 'en');
    // Of 3 to 12 s.
    expect(JSON.stringify(shown)).toContain('last 10: median 7.00 s, p99 12 s');
  });
});

/** Begun by a process of which nothing more is heard. */
async function left(kind: Drill['kind']): Promise<string> {
  const drillId = randomUUID();
  await state.pool.query(
    `INSERT INTO lobml.drills (drill_id, strategy, target, kind, state, requested_by, parts, alive_until)
     VALUES ($1, 'crypto_lob_ml', 'live', $2, 'acting', $3, '[]', now() + interval '15 s')`,
    [drillId, kind, CAROL],
  );
  return drillId;
}

const silence = () => state.pool.query(`UPDATE lobml.drills SET alive_until = now() - interval '1 s'`);

const part = (name: string, over: object) => ({
  ...{ part: name, state: 'good', ms: 5, because: null, findings: [], refusals: [] },
  ...over,
});

/** Its process has done its own, its alarm was seen, and it waits for the way back. */
async function waiting(kind: Drill['kind']): Promise<Drill> {
  const drillId = randomUUID();
  await state.pool.query(
    `INSERT INTO lobml.drills (drill_id, strategy, target, kind, state, requested_by, parts, alive_until, halt_id,
       seen_by)
     VALUES ($1, 'crypto_lob_ml', 'live', $2, 'waiting', $3, $4, now(), $5, $3)`,
    [
      drillId,
      kind,
      CAROL,
      JSON.stringify([part('alarm', {}), part('back', { state: 'waiting', ms: null })]),
      randomUUID(),
    ],
  );
  const { drills } = service();
  return existing(await drills.get(drillId));
}

/** One of before, whose hosts took so long. */
async function past(kind: Drill['kind'], ms: number, ended: 'good' | 'failed'): Promise<void> {
  await state.pool.query(
    `INSERT INTO lobml.drills (drill_id, strategy, target, kind, state, requested_by, parts, alive_until, ended_at,
       requested_at)
     VALUES ($1, 'crypto_lob_ml', 'live', $2, $3, $4, $5, now(), now(), now() - interval '1 day' + $6)`,
    [randomUUID(), kind, ended, CAROL, JSON.stringify([part('hosts', { ms })]), `${ms} ms`],
  );
}

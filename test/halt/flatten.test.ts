import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import { type Halt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import { newHaltVenue } from '../../src/domain/venue.js';
import { commandsByHand } from '../../src/halt/commands-by-hand.js';
import { createFlattening } from '../../src/halt/flatten.js';
import { markFlattensLost } from '../../src/halt/flatten-queries.js';
import { createHaltStore } from '../../src/halt/halt-store.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { createTransact } from '../../src/store/transaction.js';
import { systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
let database: TestDatabase;
let folder: string;
let events: AuditEvent[];

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'flatten-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  events = [];
  await database.pool.query('TRUNCATE lobml.halts');
  await writeFile(at('held'), JSON.stringify([{ market: 'btc', side: 'UP', size: 4 }]));
  await rm(at('closed'), { force: true });
  await program('echo x >> closed; sleep 0.3; echo "[]" > held');
});

const at = (name: string) => join(folder, name);
/** What `venue close` does; it begins in the folder. */
const program = (close: string) => writeFile(at('close'), `cd ${folder}\n${close}`);
const closings = async () => (await readFile(at('closed'), 'utf8').catch(() => '')).split('x').length - 1;

function target(more: object = { flatten: { command: ['sh', at('close')], timeoutSecs: 2 } }) {
  const service = { manager: 'command', status: ['true'], restart: ['true'], stop: ['true'], logs: ['true'] };
  const keys = { market: 'market', side: 'side', shares: 'size' };
  const venue = {
    openOrders: { command: ['echo', '[]'], keys: { ...keys, id: 'id' } },
    positions: { command: ['cat', at('held')], keys },
    ...more,
  };
  const live = {
    hosts: [{ name: 'h', environmentFiles: [at('env')], service }],
    approval: { quorum: 1 },
    venue,
  };
  const source = { defaultTarget: 'live', roles: { operators: ['U0'] }, targets: { live } };
  const parsed = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets.get('live');
  if (parsed === undefined) throw new Error('there is no target');
  return parsed;
}

const flattening = () =>
  createFlattening({
    strategy: 's',
    hostOf: (settings) => createHost(settings),
    database: database.pool,
    transact: createTransact(async () => database.pool),
    keepEvent: async (event) => {
      events.push(event);
    },
    newId: randomUUID,
    clock: systemClock,
  });

async function halted(part: Partial<Halt> = {}): Promise<Halt> {
  const halt: Halt = {
    ...newHalt({
      haltId: randomUUID(),
      strategy: 's',
      target: 'live',
      kind: 'disable',
      wanted: {},
      wantedOf: {},
      requestedBy: CAROL,
      requestedAt: new Date().toISOString(),
      reason: null,
      hosts: [newHostHalt('h')],
    }),
    state: 'verified',
    endedAt: new Date().toISOString(),
    venue: newHaltVenue('h', false),
    ...part,
  };
  await createHaltStore(database.pool).save({ halt, messages: [] }, 'test');
  return halt;
}

const stored = async ({ haltId }: Halt) => (await createHaltStore(database.pool).get(haltId))?.halt.flatten;
const ask = ({ haltId }: Halt, attempt = 1, told: (halt: Halt) => void = () => {}) =>
  flattening().run({ target: target(), haltId, attempt, by: CAROL }, ({ halt }) => told(halt));

test('fifty clicks on one button, on several replicas, are one, and the message tells how it ends', async () => {
  const halt = await halted();
  const told: (string | undefined)[] = [];
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ask(halt, 1, ({ flatten }) => told.push(flatten?.state))),
  );
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
  expect(new Set(answers)).toEqual(new Set([undefined, 'already']));
  expect(await closings()).toBe(1);
  expect(told).toEqual(['running', 'done']);
  expect(await stored(halt)).toMatchObject({ attempt: 1, state: 'done', by: CAROL, left: { total: 0 } });
  expect(events.map(({ kind, actor }) => [kind, actor.name])).toEqual([
    ['halt.flatten_requested', 'carol'],
    ['halt.flatten_ended', 'lobml'],
  ]);
  // Whoever writes the halt afterwards without knowing of it takes nothing away.
  await createHaltStore(database.pool).save({ halt, messages: [] }, 'test');
  expect(await stored(halt)).toMatchObject({ state: 'done', fault: null });
});

test('one that failed may be tried again, by the next button alone', async () => {
  await program('echo x >> closed; echo "no liquidity" >&2; exit 1');
  const halt = await halted();
  expect(await ask(halt)).toBeUndefined();
  expect(await stored(halt)).toMatchObject({
    state: 'failed',
    fault: { code: 'refused', detail: { code: 'venue_exit', facts: { exitCode: 1, words: 'no liquidity' } } },
    left: { total: 1 },
  });
  expect(await ask(halt, 1)).toBe('already');
  expect(await ask(halt, 3)).toBe('already');
  await program('echo x >> closed; echo "[]" > held');
  expect(await ask(halt, 2)).toBeUndefined();
  expect(await stored(halt)).toMatchObject({ attempt: 2, state: 'done' });
  expect(await closings()).toBe(2);
});

test('nothing is closed after a newer halt or a release, where the database does not know the halt, or is away', async () => {
  const older = await halted({ requestedAt: '2026-01-01T00:00:00.000Z' });
  const newer = await halted({ endedAt: null, state: 'halting' });
  expect(await ask(older)).toBe('superseded');
  expect(await ask(newer)).toBe('superseded');
  expect(await ask({ ...older, haltId: randomUUID() })).toBe('unrecorded');
  const away = createFlattening({
    strategy: 's',
    hostOf: (settings) => createHost(settings),
    database: database.pool,
    transact: async () => {
      throw new Error('ECONNREFUSED');
    },
    keepEvent: async () => {},
    newId: randomUUID,
    clock: systemClock,
  });
  const request = { target: target(), haltId: newer.haltId, attempt: 1, by: CAROL };
  expect(await away.run(request, () => {})).toBe('unrecorded');
  expect(await away.run({ ...request, target: target({}) }, () => {})).toBe('gone');
  expect(await closings()).toBe(0);
});

test('what became of one whose bot was killed is said to be unknown, once, and may be asked for again', async () => {
  const running = {
    attempt: 1,
    state: 'running',
    by: CAROL,
    at: '2026-01-01T00:00:00.000Z',
    endedAt: null,
  } as const;
  const halt = await halted({ flatten: { ...running, fault: null, left: null } });
  const [lost] = await markFlattensLost(database.pool, 's');
  expect(lost?.halt.flatten).toMatchObject({ state: 'unknown', endedAt: expect.any(String) });
  expect(await markFlattensLost(database.pool, 's')).toEqual([]);
  expect(await ask(halt, 2)).toBeUndefined();
});

test('the button asks once, names the program, and goes when nothing is held or a release has begun', async () => {
  const halt = await halted();
  const shown = (part: Partial<Halt> = {}) =>
    JSON.stringify(
      haltReportView({ ...halt, ...part }, { locale: 'en', commands: commandsByHand(target()) }).blocks,
    );
  expect(shown()).toMatch(/rollback:flatten.*Close positions\?.*sh .*close/);
  expect(shown({ endedAt: null })).not.toContain('rollback:flatten');
  expect(shown({ kind: 'previous_model' })).not.toContain('rollback:flatten');
  expect(shown({ laterRelease: { releaseId: randomUUID(), startedAt: halt.requestedAt } })).not.toContain(
    'rollback:flatten',
  );
  const flatten = {
    attempt: 1,
    by: CAROL,
    at: halt.requestedAt,
    endedAt: halt.requestedAt,
    fault: null,
  } as const;
  const flat = shown({ flatten: { ...flatten, state: 'done', left: { total: 0, rows: [] } } });
  expect(flat).toMatch(/all positions were closed: nothing is held/);
  expect(flat).not.toContain('rollback:flatten');
  const left = { total: 1, rows: [{ market: 'btc', side: 'UP', shares: 4 }] };
  const again = shown({ flatten: { ...flatten, state: 'left', left } });
  expect(again).toMatch(/held all the same.*btc.*Close all positions again.*attempt\\*":2/);
});

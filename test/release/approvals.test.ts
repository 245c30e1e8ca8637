import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Person } from '../../src/domain/person.js';
import type { ReleaseRecord } from '../../src/domain/release-record.js';
import type { ReleaseRequest } from '../../src/domain/release-request.js';
import { createReleaseChecks } from '../../src/release/engine/steps/release-checks.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  DAVE,
  ERIN,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
  writeRunning,
} from './support/release-world.js';

let world: ReleaseWorld;
const editTargets = (from: string | RegExp, to: string) => async () => {
  const text = await readFile(world.path('targets.yaml'), 'utf8');
  expect(text).toMatch(from);
  await writeFile(world.path('targets.yaml'), text.replace(from, to));
};

beforeEach(async () => {
  world = await createReleaseWorld();
});
afterEach(() => world.end());

const stateOf = async (requestId: string) => (await world.service.view(requestId))?.request.state;
const approve = ({ requestId, digest }: Pick<ReleaseRequest, 'requestId' | 'digest'>, person: Person) =>
  world.service.approve({ requestId, digest, person });
const eventKinds = () => world.events.map(({ kind }) => kind);

async function approved(): Promise<ReleaseRequest> {
  const request = await requestAsAlice(world);
  await approve(request, BOB);
  await approve(request, CAROL);
  return request;
}

const minutesLater = (minutes: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + minutes * 60_000);
};

const releases = async () => {
  const { rows } = await world.database.pool.query('SELECT state FROM lobml.releases');
  return rows.length;
};

test('approved by two people from the two groups, and started with its steps and its job', async () => {
  const { requestId, digest, state } = await requestAsAlice(world);
  expect(state).toBe('open');
  expect(await approve({ requestId, digest }, BOB)).toEqual({ kind: 'done', repeated: false });
  expect(await approve({ requestId, digest }, BOB)).toEqual({ kind: 'done', repeated: true });
  expect(await stateOf(requestId)).toBe('open');
  await approve({ requestId, digest }, CAROL);
  expect(await stateOf(requestId)).toBe('approved');
  const started = await world.service.start({ requestId, digest, person: BOB });
  expect(started).toMatchObject({ kind: 'started' });
  expect(await stateOf(requestId)).toBe('executing');
  expect(world.queued).toContainEqual({ what: 'enqueue', id: (started as { releaseId: string }).releaseId });
  const { rows } = await world.database.pool.query('SELECT kind FROM lobml.release_steps ORDER BY position');
  expect(rows.map(({ kind }) => kind).slice(0, 5)).toEqual([
    'lock',
    'precheck',
    'compare_digest',
    'arm_dead_man',
    'stage_model',
  ]);
  expect(eventKinds()).toEqual([
    'release.requested',
    'release.approved',
    'release.approved',
    'release.quorum_reached',
    'release.started',
  ]);
});

test('fifty approvals and fifty starts at once, by four people: one quorum, one release', async () => {
  const request = await requestAsAlice(world);
  const people = [ALICE, BOB, CAROL, DAVE];
  const clicks = Array.from({ length: 50 }, (_, index) => people[index % 4] ?? BOB);
  await Promise.all(clicks.map((person) => approve(request, person)));
  expect(eventKinds().filter((kind) => kind === 'release.quorum_reached')).toHaveLength(1);
  const { requestId, digest } = request;
  const starts = await Promise.all(
    clicks.map((person) => world.service.start({ requestId, digest, person })),
  );
  expect(starts.filter(({ kind }) => kind === 'started')).toHaveLength(1);
  expect(await releases()).toBe(1);
  expect(world.queued.filter(({ what }) => what === 'enqueue')).toHaveLength(1);
});

describe('who does not count', () => {
  test.each([
    ['the requester', ALICE, 'self_approval'],
    ['a deactivated user, a guest or a bot', ERIN, 'not_active_member'],
    ['a stranger', { ...ALICE, id: 'U0FRANK' }, 'not_an_approver'],
    ['a terminal', { ...BOB, surface: 'terminal' as const }, 'only_in_slack'],
  ])('%s', async (_name, person, code) => {
    const request = await requestAsAlice(world);
    expect(await approve(request, person)).toMatchObject({ kind: 'refused', refusal: { code } });
    expect((await world.service.view(request.requestId))?.approvals).toEqual([]);
    expect(world.events.at(-1)).toMatchObject({ kind: 'release.refused', actor: person, details: { code } });
  });

  test('the person behind a terminal account, who is known to the targets file', async () => {
    const by: Person = { id: 'alice', name: 'alice', surface: 'terminal' };
    const checked = await world.service.plan(WISH, world.target, by);
    if (checked.kind !== 'checked') throw new Error('no plan');
    const { run, digest } = checked;
    const asked = { wish: WISH, target: world.target, by, runId: run.runId, digest, acknowledged: [] };
    const result = await world.service.request(asked);
    if (result.kind !== 'requested') throw new Error('no request');
    const refusal = { code: 'self_approval' };
    expect(await approve(result.request, ALICE)).toMatchObject({ kind: 'refused', refusal });
  });

  test('nobody, for a terminal account that the targets file does not know: it asks for nothing', async () => {
    const by: Person = { id: 'mallory', name: 'mallory', surface: 'terminal' };
    const checked = await world.service.plan(WISH, world.target, by);
    if (checked.kind !== 'checked') throw new Error('no plan');
    const { run, digest } = checked;
    const asked = { wish: WISH, target: world.target, by, runId: run.runId, digest, acknowledged: [] };
    expect(await world.service.request(asked)).toEqual({
      kind: 'refused',
      refusal: { code: 'requester_unknown', facts: { account: 'mallory' } },
    });
  });

  test('who left the group between the click and the start', async () => {
    const { requestId, digest } = await approved();
    world.people.groups.set('S0RISK', []);
    minutesLater(1);
    const refusal = { code: 'quorum_not_reached' };
    expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({ refusal });
    expect(await stateOf(requestId)).toBe('open');
    expect(await releases()).toBe(0);
  });
});

test('a bot on whose machine the staged model does not lie says so, and leaves the request alone', async () => {
  const { requestId, digest } = await approved();
  const staged = world.path('staging', 'next.onnx');
  await rename(staged, world.path('next.onnx'));
  const elsewhere = { kind: 'refused', refusal: { code: 'staged_elsewhere', facts: { name: 'next.onnx' } } };
  expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject(elsewhere);
  expect(await world.service.approve({ requestId, digest, person: DAVE })).toMatchObject(elsewhere);
  expect(await world.service.renewEvidence({ requestId, person: ALICE })).toMatchObject(elsewhere);
  expect((await world.service.view(requestId))?.request).toMatchObject({ state: 'approved', endedAt: null });
  expect(await releases()).toBe(0);
  // As for a bot that has it.
  await rename(world.path('next.onnx'), staged);
  expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({ kind: 'started' });
});

describe('what changes between the click and the start stops it, by name', () => {
  test.each<[string, () => Promise<unknown>, object]>([
    [
      'model',
      () => appendFile(world.path('staging', 'next.onnx'), 'x'),
      { part: 'model', subject: 'next.onnx' },
    ],
    [
      'what describes the model',
      () => appendFile(world.path('staging', 'next.meta.json'), ' '),
      { part: 'model', subject: 'next.meta.json' },
    ],
    [
      'another file at the path of the model',
      () => writeFile(world.path('h2', 'models', 'next.onnx'), 'x'),
      { part: 'installed_model', host: 'h2' },
    ],
    [
      'environment',
      () => appendFile(world.path('h2', 'secrets.env'), '#'),
      { part: 'environment_file', host: 'h2', subject: expect.stringContaining('secrets.env') },
    ],
    [
      'running process',
      () => writeRunning(world.path, 'h1', ['S__ENABLED=false', 'S__EXIT_MODE=signal_flip']),
      { part: 'running_process', host: 'h1', subject: 'S__EXIT_MODE' },
    ],
    ['runbook', () => appendFile(world.path('runbook.yaml'), '#'), { part: 'runbook' }],
    ['policy', editTargets('quorum: 2', 'quorum: 3'), { part: 'policy' }],
    ['command of a service', editTargets('"true"', '"false"'), { part: 'policy' }],
    [
      'address of a host',
      editTargets(/^( +)- name: h2$/m, '$&\n$1  connection: { ssh: { address: elsewhere } }'),
      { part: 'policy' },
    ],
    [
      'outcomes',
      () =>
        world.database.pool.query(
          `UPDATE lobml.check_runs SET checks = replace(checks::text, '"outcome":"PASS"', '"outcome":"FAIL"')::json`,
        ),
      { part: 'outcome', before: 'PASS', after: 'FAIL' },
    ],
  ])('%s', async (_name, change, named) => {
    const { requestId, digest } = await approved();
    await change();
    const result = await world.service.start({ requestId, digest, person: ALICE });
    expect(result).toMatchObject({
      kind: 'invalidated',
      changes: expect.arrayContaining([expect.objectContaining(named)]),
    });
    expect((await world.service.view(requestId))?.request).toMatchObject({
      state: 'invalidated',
      endChanges: expect.arrayContaining([expect.objectContaining(named)]),
    });
    expect(await releases()).toBe(0);
  });

  test('also at the click on Approve', async () => {
    const request = await requestAsAlice(world);
    await appendFile(world.path('staging', 'next.onnx'), 'x');
    expect(await approve(request, BOB)).toMatchObject({ kind: 'invalidated' });
    expect(await stateOf(request.requestId)).toBe('invalidated');
  });

  test('a host that cannot be looked at is said by name, and ends nothing', async () => {
    const { requestId, digest } = await approved();
    await rm(world.path('h2', 'strategy.env'));
    await mkdir(world.path('h2', 'strategy.env'));
    const refusal = { code: 'host_error', facts: { host: 'h2' } };
    expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({ refusal });
    expect(await stateOf(requestId)).toBe('approved');
    const release = { requestId, target: 'live' } as ReleaseRecord;
    const away = { name: 'HostError', host: 'h2' };
    await expect(createReleaseChecks(world.context).planned(release)).rejects.toMatchObject(away);
  });

  test('an approval for another content is refused', async () => {
    const { requestId } = await requestAsAlice(world);
    const refusal = { code: 'request_renewed' };
    expect(await approve({ requestId, digest: 'f'.repeat(64) }, BOB)).toMatchObject({ refusal });
  });
});

describe('the two clocks', () => {
  test('60 minutes to reach the quorum', async () => {
    const { requestId, digest } = await requestAsAlice(world);
    minutesLater(59.9);
    expect(await world.service.expire(requestId)).toBe(false);
    minutesLater(0.1);
    expect(await approve({ requestId, digest }, BOB)).toMatchObject({ refusal: { code: 'request_closed' } });
    expect(await stateOf(requestId)).toBe('expired');
    expect(await world.service.expire(requestId)).toBe(false);
    expect(eventKinds().filter((kind) => kind === 'release.expired')).toHaveLength(1);
  });

  test('15 minutes from the quorum to the start', async () => {
    const { requestId, digest } = await approved();
    expect(world.queued).toContainEqual({
      what: 'expireAt',
      id: requestId,
      at: new Date('2026-03-01T12:15:00.000Z'),
    });
    minutesLater(15);
    expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({
      refusal: { code: 'request_closed', facts: { state: 'expired' } },
    });
    expect(await releases()).toBe(0);
  });
});

describe('until it starts', () => {
  test('an approval can be taken back, and then it is open again', async () => {
    const { requestId, digest } = await approved();
    await world.service.takeBack({ requestId, person: BOB });
    expect(await stateOf(requestId)).toBe('open');
    await approve({ requestId, digest }, BOB);
    expect(await stateOf(requestId)).toBe('approved');
    await world.service.start({ requestId, digest, person: ALICE });
    const refusal = { code: 'request_closed', facts: { state: 'executing' } };
    expect(await world.service.takeBack({ requestId, person: BOB })).toMatchObject({ refusal });
  });

  test('one rejection ends it, with its reason', async () => {
    const { requestId } = await approved();
    const decision = { requestId, person: CAROL, reason: 'the market is thin' };
    const own = await world.service.reject({ ...decision, person: ALICE });
    expect(own).toMatchObject({ kind: 'refused', refusal: { code: 'withdraw_instead' } });
    expect(await world.service.reject(decision)).toMatchObject({ kind: 'done' });
    expect((await world.service.view(requestId))?.request).toMatchObject({
      state: 'rejected',
      endedBy: CAROL,
      endReason: 'the market is thin',
    });
  });

  test('who asked withdraws it, or an admin; nobody else', async () => {
    const { requestId } = await requestAsAlice(world);
    expect(await world.service.withdraw({ requestId, person: BOB })).toMatchObject({
      refusal: { code: 'not_yours_to_withdraw' },
    });
    expect(await world.service.withdraw({ requestId, person: ALICE })).toMatchObject({ kind: 'done' });
    expect(await stateOf(requestId)).toBe('withdrawn');
  });

  test('a locked target is not started', async () => {
    const { requestId, digest } = await approved();
    await world.service.lock({ target: 'live', person: CAROL, reason: 'audit day' });
    const refusal = { code: 'target_locked', facts: { by: 'carol', reason: 'audit day' } };
    expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({ refusal });
    expect(await releases()).toBe(0);
  });
});

describe('at the same moment', () => {
  test.each([
    ['withdrawn', (requestId: string) => world.service.withdraw({ requestId, person: ALICE })],
    [
      'rejected',
      (requestId: string) => world.service.reject({ requestId, person: DAVE, reason: 'the market is thin' }),
    ],
    [
      'expired',
      async (requestId: string) => {
        minutesLater(24 * 60);
        // Whoever comes first writes it down, this look or an approval that comes too late.
        await world.service.expire(requestId);
        return { kind: 'done' };
      },
    ],
  ] as const)('approved and %s: it ends, and who approved too late is told', async (state, end) => {
    const { requestId, digest } = await requestAsAlice(world);
    const [first, ended, second] = await Promise.all([
      approve({ requestId, digest }, BOB),
      end(requestId),
      approve({ requestId, digest }, CAROL),
    ]);
    expect(ended).toMatchObject({ kind: 'done' });
    expect(await stateOf(requestId)).toBe(state);
    const { rows } = await world.database.pool.query(
      `SELECT person_id FROM lobml.approvals WHERE decision = 'approved' ORDER BY 1`,
    );
    const told = [
      ['U0BOB', first],
      ['U0CAROL', second],
    ] as const;
    expect(rows.map(({ person_id }) => person_id)).toEqual(
      told.filter(([, { kind }]) => kind === 'done').map(([id]) => id),
    );
    expect(await approve({ requestId, digest }, BOB)).toMatchObject({ refusal: { code: 'request_closed' } });
    expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({
      refusal: { code: 'request_closed', facts: { state } },
    });
    expect(await releases()).toBe(0);
  });
});

describe('evidence', () => {
  test('that is no longer fresh is run again; the same outcomes keep the approvals', async () => {
    const request = await requestAsAlice(world);
    await approve(request, BOB);
    minutesLater(11);
    expect(await approve(request, CAROL)).toMatchObject({ refusal: { code: 'evidence_expired' } });
    const { requestId } = request;
    expect(await world.service.renewEvidence({ requestId, person: CAROL })).toEqual({ kind: 'kept' });
    const view = await world.service.view(requestId);
    expect(view?.approvals.map(({ person }) => person.id)).toEqual(['U0BOB']);
    expect(view?.request.digest).not.toBe(request.digest);
    expect(await approve(request, CAROL)).toMatchObject({ refusal: { code: 'request_renewed' } });
    await approve({ requestId, digest: view?.request.digest ?? '' }, CAROL);
    expect(await stateOf(requestId)).toBe('approved');
  });

  test('with a failing check ends the request and names it', async () => {
    const request = await requestAsAlice(world);
    await rm(world.path('flag'));
    const renewed = await world.service.renewEvidence({ requestId: request.requestId, person: BOB });
    expect(renewed).toMatchObject({
      kind: 'invalidated',
      changes: [{ part: 'outcome', subject: 'file.flag', after: 'FAIL' }],
    });
  });
});

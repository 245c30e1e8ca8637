import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { DeployWish } from '../../src/domain/deploy-wish.js';
import type { Person } from '../../src/domain/person.js';
import type { ReleasePlan } from '../../src/domain/release-plan.js';
import type { ReleaseRecord } from '../../src/domain/release-record.js';
import type { ReleaseState } from '../../src/domain/release-state.js';
import { refuseConfirmation } from '../../src/release/confirm-release.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { requestReportView } from '../../views/release-request.js';
import { startRelease } from './engine/support/start-release.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  hostSource,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
  writeHost,
  writeRunning,
} from './support/release-world.js';

/** Targets on one machine: what one of them changes for the other is told, and needs the other's people. */

const FRANK: Person = { id: 'U0FRANK', name: 'frank', surface: 'slack' };
const BINARY = { ...WISH, model: undefined, modelVersion: undefined, binary: 'ploy-2' };

let world: ReleaseWorld;
afterEach(() => world.end());

type Host = ReturnType<typeof hostSource> & { readonly connection?: object };

/** `dryrun` has one host on the machine of `live`, with folders and files of its own but for what `of` says. */
async function withDryrun(of: (host: Host, live: Host) => Partial<Host> = () => ({}), more: object = {}) {
  const approval = { quorum: 1, users: [FRANK.id] };
  const others = (path: ReleaseWorld['path']) => {
    const [d1, h1] = [hostSource(path, 'd1'), hostSource(path, 'h1')];
    return { dryrun: { approval, hosts: [{ ...d1, ...of(d1, h1) }], ...more } };
  };
  world = await createReleaseWorld(undefined, { others });
  await writeHost(world.path, 'd1');
  await writeFile(world.path('staging', 'ploy-2'), 'program');
}

async function planned(wish: DeployWish = WISH) {
  const result = await world.service.plan(wish, world.target, ALICE);
  if (result.kind !== 'checked') throw new Error(JSON.stringify(result));
  return result;
}

/** What is shared, in short: a place that changes is marked. */
const shared = async (wish?: DeployWish) =>
  (await planned(wish)).plan.shared?.map(
    ({ host, target, what, path, changes }) => `${changes ? '! ' : ''}${host} ${target} ${what} ${path}`,
  );

test('nothing of a machine that two targets share by chance', async () => {
  await withDryrun();
  const { plan, toAcknowledge } = await planned(BINARY);
  expect([plan.shared, plan.alsoApprovedBy, toAcknowledge]).toEqual([undefined, undefined, []]);
});

test('another machine with the same paths shares nothing', async () => {
  await withDryrun((_own, live) => ({ ...live, name: 'd1', connection: { ssh: { address: 'd1.example' } } }));
  expect(await shared(BINARY)).toBeUndefined();
});

describe('what a release changes for another target', () => {
  test('a program: refused by name with the way out, unless the other target’s people agree too', async () => {
    await withDryrun((_own, live) => ({ binary: live.binary }));
    const path = world.path('h1', 'ploy');
    expect(await shared(BINARY)).toEqual([`! h1 dryrun program ${path}`]);
    const { run, digest, toAcknowledge } = await planned(BINARY);
    expect(toAcknowledge).toEqual(['also:dryrun']);
    const asked = { wish: BINARY, target: world.target, by: ALICE, runId: run.runId, digest };
    expect(await world.service.request({ ...asked, acknowledged: [] })).toMatchObject({
      refusal: {
        code: 'changes_other_target',
        facts: { own: 'live', target: 'dryrun', host: 'h1', path, subject: 'also:dryrun' },
      },
    });

    const { requestId, digest: bound } = await requestAsAlice(world, BINARY, ['also:dryrun']);
    const decide = (person: Person) => world.service.approve({ requestId, digest: bound, person });
    const state = async () => (await world.service.view(requestId))?.request.state;
    await decide(BOB);
    await decide(CAROL);
    expect(await state()).toBe('open');
    const view = await world.service.view(requestId);
    if (view === undefined) throw new Error('no view');
    const card = JSON.stringify(requestReportView(view, { locale: 'en', envPrefix: 'S__' }));
    expect(card).toContain('Approvals 2 of 3');
    expect(card).toContain('⏳ dryrun: any approver');
    expect(card).toContain(`program \`${path}\` · *changes what dryrun runs`);
    expect(await decide(FRANK)).toMatchObject({ kind: 'done' });
    expect(await state()).toBe('approved');
  });

  test('the other target’s people do not stand in for its own, and confirm nothing of it', async () => {
    await withDryrun((_own, live) => ({ binary: live.binary }));
    const { requestId, digest } = await requestAsAlice(world, BINARY, ['also:dryrun']);
    for (const person of [BOB, FRANK]) await world.service.approve({ requestId, digest, person });
    expect((await world.service.view(requestId))?.quorum).toMatchObject({
      reached: false,
      places: [
        { group: 'S0TRADING', personId: undefined },
        { group: 'S0RISK', personId: BOB.id },
        { target: 'dryrun', personId: FRANK.id },
      ],
    });
    const confirmed = (by: Person) =>
      refuseConfirmation(world.context, { requestId, confirmation: { by } } as unknown as ReleaseRecord);
    expect(await confirmed(FRANK)).toMatchObject({ code: 'not_an_approver' });
    expect(await confirmed(BOB)).toBeUndefined();
  });

  test('where nobody can tell which program the other target runs, it may be this one', async () => {
    await withDryrun(() => ({ binary: undefined as unknown as string }));
    expect(await shared(BINARY)).toEqual(
      ['h1', 'h2'].map((host) => `! ${host} dryrun program ${world.path(host, 'ploy')}`),
    );
  });

  test('a model that its file names, its process has, or that its own name leads to', async () => {
    await withDryrun((_own, live) => ({ models: live.models }));
    const [folder, next] = [world.path('h1', 'models'), world.path('h1', 'models', 'next.onnx')];
    const folderAlone = `h1 dryrun models ${folder}`;
    // A new file is nobody's yet.
    expect(await shared()).toEqual([folderAlone]);

    const changed = [folderAlone, `! h1 dryrun model ${next}`];
    const file = world.path('d1', 'strategy.env');
    const before = await readFile(file, 'utf8');
    await writeFile(file, before.replace(/MODEL_PATH=.*/, `MODEL_PATH=${next}`));
    expect(await shared()).toEqual(changed);
    await writeFile(file, before);
    await writeRunning(world.path, 'd1', [`S__MODEL_PATH=${next}`]);
    expect(await shared()).toEqual(changed);
    await writeRunning(world.path, 'd1', undefined);
    expect(await shared()).toEqual([folderAlone]);

    await writeFile(next, 'the one before');
    await symlink(next, world.path('h1', 'models', 'current.onnx'));
    await writeFile(
      file,
      before.replace(/MODEL_PATH=.*/, `MODEL_PATH=${world.path('h1', 'models', 'current.onnx')}`),
    );
    expect(await shared()).toEqual(changed);
    // The same bytes change nothing.
    await writeFile(next, 'next model');
    expect(await shared()).toEqual([folderAlone]);
  });

  test('an environment file that it writes; one that it only reads is told alone', async () => {
    await withDryrun((own, live) => ({
      environmentFiles: [...live.environmentFiles, ...own.environmentFiles],
    }));
    expect(await shared()).toEqual([
      `h1 dryrun environment ${world.path('h1', 'secrets.env')}`,
      `! h1 dryrun environment ${world.path('h1', 'strategy.env')}`,
    ]);
  });

  test('a service that both restart, also of another strategy', async () => {
    await withDryrun((_own, live) => ({ service: live.service }), { strategy: 'another' });
    const { plan, toAcknowledge } = await planned();
    expect(plan.shared).toMatchObject([{ target: 'dryrun', what: 'unit', changes: true }]);
    expect(plan.alsoApprovedBy).toEqual([
      { target: 'dryrun', strategy: 'another', quorum: 1, groups: [], users: [FRANK.id] },
    ]);
    expect(toAcknowledge).toEqual(['also:dryrun']);
  });
});

test('a target on the same machine that cannot be looked at stops a release that replaces a file', async () => {
  await withDryrun();
  await rm(world.path('d1', 'status'));
  await mkdir(world.path('d1', 'status'));
  expect(await world.service.plan(BINARY, world.target, ALICE)).toMatchObject({
    refusals: [{ code: 'host_error', facts: { host: 'd1' } }],
  });
});

test('a policy of the other target that was edited since ends the request', async () => {
  await withDryrun((_own, live) => ({ binary: live.binary }));
  const { requestId, digest } = await requestAsAlice(world, BINARY, ['also:dryrun']);
  const [, dryrun] = world.context.sources.everyTarget;
  if (dryrun === undefined) throw new Error('no dryrun');
  Object.assign(dryrun.approval, { users: [CAROL.id] });
  expect(await world.service.approve({ requestId, digest, person: BOB })).toMatchObject({
    kind: 'invalidated',
    changes: [{ part: 'policy' }],
  });
});

describe('while a release of the other target is at work', () => {
  /** One whose plan is that of `live`, but for what is changed. */
  async function atWork(change: (plan: ReleasePlan) => ReleasePlan, state: ReleaseState = 'watching') {
    await prepareWorkerSchema(world.database, { always: true });
    const { plan } = await planned(BINARY);
    const target = 'dryrun';
    const hosts = plan.hosts.slice(0, 1).map((host) => ({ ...host, host: 'd1' }));
    const releaseId = await startRelease(world.database, change({ ...plan, target, hosts }), {
      checkpointMinutes: [5],
      confirmMinutes: 30,
    });
    await world.database.pool.query('UPDATE lobml.releases SET state = $2 WHERE release_id = $1', [
      releaseId,
      state,
    ]);
    return releaseId;
  }
  async function startBinary() {
    const { requestId, digest } = await requestAsAlice(world, BINARY);
    for (const person of [BOB, CAROL]) await world.service.approve({ requestId, digest, person });
    return world.service.start({ requestId, digest, person: ALICE });
  }

  test('one with the same file does not start until it has ended', async () => {
    await withDryrun();
    const releaseId = await atWork((plan) => plan);
    const path = world.path('h1', 'ploy');
    const start = await startBinary();
    expect(start).toMatchObject({ refusal: { code: 'shared_at_work', facts: { target: 'dryrun', path } } });
    await world.database.pool.query(
      `UPDATE lobml.releases SET state = 'confirmed', ended_at = now() WHERE release_id = $1`,
      [releaseId],
    );
    const { rows } = await world.database.pool.query(
      'SELECT request_id AS id, digest FROM lobml.release_requests',
    );
    const [waiting] = rows.filter(({ digest }) => digest !== 'd');
    expect(
      await world.service.start({ requestId: waiting.id, digest: waiting.digest, person: ALICE }),
    ).toMatchObject({
      kind: 'started',
    });
  });

  test('nor one that it changes something for', async () => {
    await withDryrun();
    const shared = { host: 'd1', target: 'live', what: 'program', path: '/other', changes: true } as const;
    await atWork(({ hosts, ...plan }) => ({
      ...plan,
      hosts: hosts.map((host) => ({ ...host, binaryPath: undefined, changes: [] })),
      shared: [shared],
    }));
    expect(await startBinary()).toMatchObject({
      refusal: { code: 'shared_at_work', facts: { path: '/other' } },
    });
  });

  test('one with other files, or on another machine, is in nobody’s way', async () => {
    await withDryrun((_own, live) => ({
      ...live,
      name: 'd1',
      connection: { ssh: { address: 'd1.example' } },
    }));
    await atWork((plan) => plan);
    expect(await startBinary()).toMatchObject({ kind: 'started' });
  });
});

test('a lock of the other target keeps a release away that changes what it runs', async () => {
  await withDryrun((_own, live) => ({ binary: live.binary }));
  const { requestId, digest } = await requestAsAlice(world, BINARY, ['also:dryrun']);
  for (const person of [BOB, CAROL, FRANK]) await world.service.approve({ requestId, digest, person });
  await world.service.lock({ target: 'dryrun', person: CAROL, reason: 'maintenance' });
  expect(await world.service.start({ requestId, digest, person: ALICE })).toMatchObject({
    refusal: { code: 'target_locked', facts: { reason: 'maintenance' } },
  });
});

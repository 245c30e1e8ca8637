import { describe, expect, test } from '@jest/globals';
import { editByHand } from '../../../sandbox/host/hand-edit.js';
import { checkpointWithoutData } from '../../../src/domain/release-course.js';
import type { ReleaseRecord } from '../../../src/domain/release-record.js';
import { confirmRelease } from '../../../src/release/confirm-release.js';
import { runDeadline } from '../../../src/release/engine/run-deadline.js';
import { runRelease } from '../../../src/release/engine/run-release.js';
import type { ReleaseContext, ReleaseEvent } from '../../../src/release/release-context.js';
import { releaseQueue } from '../../../src/release/release-jobs.js';
import { createTransact } from '../../../src/store/transaction.js';
import { eventually } from '../../sandbox/host/eventually.js';
import { createEngineSetting, NEVER, verbs } from './support/engine-setting.js';
import type { TestEngineOptions } from './support/test-engine.js';

/** A quiet market: the checks of the end find nothing wrong, and too little to say that all is well. */

const setting = createEngineSetting();
const person = (name: string) => ({ id: `U0${name.toUpperCase()}`, name, surface: 'slack' }) as const;
const [ALICE, BOB, CAROL] = [person('alice'), person('bob'), person('carol')];
const REASON = 'a holiday: nobody trades';

interface Quiet {
  readonly verdicts: { checkpoint: 'GO' | 'HOLD' | 'NO_GO' | 'LACKS_DATA' };
  readonly approvers: Set<string>;
}

/** A release whose canary was judged with data; from then on there is none. */
async function quietRelease(more: Partial<TestEngineOptions> = {}) {
  const quiet: Quiet = { verdicts: { checkpoint: 'GO' }, approvers: new Set([BOB.id]) };
  const events: ReleaseEvent[] = [];
  const { pool } = setting.database;
  const context = {
    database: pool,
    transact: createTransact(async () => pool),
    queue: releaseQueue,
    subjectChanged: async () => undefined,
    recordEvent: async (event: ReleaseEvent) => void events.push(event),
    now: () => new Date(),
    databaseNow: async () => new Date(),
    sources: { runbook: { strategy: 'crypto_lob_ml' } },
    targets: setting.targets(),
    approvers: {
      standings: async (_policy: object, people: readonly string[]) =>
        people.map((personId) => ({
          personId,
          isActiveMember: true,
          groups: [],
          isListed: quiet.approvers.has(personId),
        })),
    },
  } as unknown as ReleaseContext;
  const engine = setting.engine({
    context,
    verdicts: quiet.verdicts,
    wrapJournal: (journal) => ({
      ...journal,
      async end(held, position, end, turn) {
        await journal.end(held, position, end, turn);
        if (position === SECOND_PROVED) quiet.verdicts.checkpoint = 'LACKS_DATA';
      },
    }),
    ...more,
  });
  const releaseId = await setting.start();
  const load = async () => {
    const found = await engine.journal.load(releaseId);
    if (found === undefined) throw new Error('The release is gone.');
    return found;
  };
  const waiting = await eventually('the end of the data', async () => {
    await runRelease(engine, releaseId, NEVER);
    const release = await load();
    return checkpointWithoutData(release) === undefined ? undefined : release;
  });
  const confirm = (by: Parameters<typeof confirmRelease>[1]['person'], reason = REASON) =>
    confirmRelease(context, { releaseId, person: by, reason });
  return { ...quiet, engine, events, releaseId, waiting, load, confirm };
}
const SECOND_PROVED = 13;
const LAST_CHECKPOINT = 15;

const last = ({ steps }: ReleaseRecord) => steps[LAST_CHECKPOINT];

test('it waits, with what lacks data; the checkpoint before has left it to the last one', async () => {
  const { waiting } = await quietRelease();
  expect(waiting).toMatchObject({ state: 'watching', problem: null, endedAt: null });
  expect(waiting.steps[LAST_CHECKPOINT - 1]).toMatchObject({ state: 'done', after: { verdict: 'HOLD' } });
  expect(last(waiting)).toMatchObject({
    state: 'pending',
    // It comes by itself, or somebody confirms: no trouble.
    problem: null,
    after: { lacking: [{ id: 'exec.activity', says: [{ en: expect.stringContaining('at least 1') }] }] },
  });
});

test('an approver confirms it by name: the checks run once more, all hosts are compared, who and why is kept', async () => {
  const { engine, releaseId, confirm, events, load } = await quietRelease();
  expect(await confirm(BOB)).toEqual({ kind: 'done' });
  const before = await verbs(setting.canary);
  const release = await setting.carryOut(engine, releaseId);
  expect(release).toMatchObject({ state: 'confirmed', confirmation: { by: BOB, reason: REASON } });
  expect(last(release)).toMatchObject({
    state: 'done',
    after: { verdict: 'HOLD', confirmedBy: { by: BOB, reason: REASON } },
  });
  expect(release.steps.find(({ kind }) => kind === 'converge')?.state).toBe('done');
  expect(await verbs(setting.canary)).toEqual(before);
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'release.confirmation_given', actor: BOB, reason: REASON }),
  );
  // A second word comes too late.
  expect(await confirm(BOB)).toMatchObject({ refusal: { code: 'nothing_to_confirm' } });
  expect(await load()).toEqual(release);
});

test('a host that differs is not confirmed by anybody', async () => {
  const { engine, releaseId, confirm } = await quietRelease();
  editByHand(setting.second.environmentFiles[1], 'MODEL_VERSION', 'by-hand');
  await confirm(BOB);
  const release = await setting.carryOut(engine, releaseId);
  expect(release).toMatchObject({ state: 'watching', problem: { code: 'hosts_differ' }, endedAt: null });
});

describe('nobody else’s word counts', () => {
  test.each([
    ['who asked for it', ALICE, 'self_approval'],
    ['who may not approve', CAROL, 'not_an_approver'],
    ['an account of a terminal', { ...BOB, surface: 'terminal' } as const, 'only_in_slack'],
  ])('%s', async (_title, who, code) => {
    const { confirm, load, approvers, events } = await quietRelease();
    approvers.add(ALICE.id);
    expect(await confirm(who)).toMatchObject({ kind: 'refused', refusal: { code } });
    expect((await load()).confirmation).toBeNull();
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'release.refused',
        actor: who,
        details: expect.objectContaining({ code }),
      }),
    );
  });

  test('without a reason', async () => {
    const { confirm, load } = await quietRelease();
    expect(await confirm(BOB, ' ')).toMatchObject({ refusal: { code: 'reason_missing' } });
    expect((await load()).confirmation).toBeNull();
  });

  test('who was an approver at the click, and is none when it is carried out', async () => {
    const { engine, releaseId, confirm, approvers, load, events } = await quietRelease();
    await confirm(BOB);
    approvers.delete(BOB.id);
    await runRelease(engine, releaseId, NEVER);
    expect(await load()).toMatchObject({
      state: 'watching',
      confirmation: { by: BOB, refused: { code: 'not_an_approver' } },
    });
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'release.confirmation_refused', actor: BOB }),
    );
    approvers.add(CAROL.id);
    expect(await confirm(CAROL)).toEqual({ kind: 'done' });
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({
      state: 'confirmed',
      confirmation: { by: CAROL },
    });
  });
});

describe('anything worse than missing data', () => {
  test('that could not be looked at: the word does not hold, and the release goes on waiting', async () => {
    const { engine, releaseId, confirm, verdicts, load } = await quietRelease();
    await confirm(BOB);
    verdicts.checkpoint = 'HOLD';
    expect(await runRelease(engine, releaseId, NEVER)).toMatchObject({ kind: 'wait' });
    expect(await load()).toMatchObject({
      state: 'watching',
      confirmation: { refused: { code: 'more_than_data_missing' } },
    });
    expect(last(await load())).toMatchObject({
      problem: { code: 'verdict_forbids', facts: { verdict: 'HOLD' } },
    });
    expect(await confirm(BOB)).toMatchObject({ refusal: { code: 'nothing_to_confirm' } });
  });

  test('that fails: it cannot be confirmed at all', async () => {
    const { engine, releaseId, confirm, verdicts } = await quietRelease();
    await confirm(BOB);
    verdicts.checkpoint = 'NO_GO';
    expect(await setting.carryOut(engine, releaseId)).toMatchObject({
      state: 'watching',
      problem: { code: 'verdict_forbids' },
    });
    expect(await confirm(BOB)).toMatchObject({ refusal: { code: 'nothing_to_confirm' } });
  });
});

test('data that comes decides by itself', async () => {
  const { engine, releaseId, verdicts } = await quietRelease();
  verdicts.checkpoint = 'GO';
  expect(await setting.carryOut(engine, releaseId)).toMatchObject({ state: 'confirmed', confirmation: null });
});

test('past the deadline nobody confirms it, and it turns itself off', async () => {
  const { engine, releaseId, confirm, load } = await quietRelease();
  await setting.passDeadline(releaseId);
  expect(await confirm(BOB)).toMatchObject({ refusal: { code: 'nothing_to_confirm' } });
  await runDeadline(engine, releaseId, NEVER);
  expect(await load()).toMatchObject({ state: 'disabled' });
});

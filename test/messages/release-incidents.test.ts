import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newHalt } from '../../src/domain/halt.js';
import type { ReleaseProblem } from '../../src/domain/release-problem.js';
import { LIVE_RELEASE_STATES } from '../../src/domain/release-state.js';
import { saveHalt } from '../../src/halt/halt-queries.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import type { MessageKeeper } from '../../src/messages/message-keeper.js';
import {
  createStepJournal,
  type StepJournal,
  type Turn,
} from '../../src/release/engine/steps/step-journal.js';
import { markReleasesResolved } from '../../src/release/store/resolved-releases.js';
import { createTransact } from '../../src/store/transaction.js';
import { prepareWorkerSchema, WORKER_SCHEMA } from '../../src/worker/worker-schema.js';
import { startRelease } from '../release/engine/support/start-release.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRememberingSlack, createTestKeeper, type RememberingSlack } from '../support/keeping.js';
import { storeRelease } from '../support/releases.js';

/** Who is called when a release fails, or does not come on: a new post for each way, by the views of the bot. */

const NOW = new Date('2026-03-02T10:00:00Z');
const LIVE = LIVE_RELEASE_STATES;
const OPERATORS = ['S0OPS', 'U0OPS'];
const CALLED = '<!subteam^S0OPS> <@U0OPS> a release of *live* needs you.';

let database: TestDatabase;
let journal: StepJournal;
let keeper: MessageKeeper;
let slack: RememberingSlack;
let releaseId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  const transact = createTransact(async () => database.pool);
  journal = createStepJournal({ database: database.pool, transact, subjectChanged });
  slack = createRememberingSlack();
  const live = {
    channels: { reports: 'C0REPORTS', incidents: 'C0INCIDENTS' },
    approval: { groups: [], users: [], quorum: 1 },
    watch: { confirmMinutes: 30 },
  };
  keeper = createTestKeeper({
    pool: database.pool,
    announcer: slack,
    targets: { targets: new Map([['live', live]]), roles: { operators: OPERATORS } },
  });
  const host = {
    host: 'live-1',
    modelPath: '/m/a.onnx',
    binaryPath: undefined,
    presentModelSha256: '',
    presentBinarySha256: '',
    layers: [],
    writtenFile: '/env',
    changes: [],
    drift: [],
    undeclared: undefined,
    sinceConfirmed: undefined,
    withoutDeadMan: 'not_configured' as const,
  };
  const model = { name: 'a.onnx', sha256: 'ab', size: 1 };
  const sha256 = { runbookSha256: 'r', policySha256: 'p' };
  const plan = {
    strategy: 's',
    target: 'live',
    reason: 'r',
    model,
    binary: undefined,
    hosts: [host],
    ...sha256,
  };
  releaseId = await startRelease(database, plan, { checkpointMinutes: [5], confirmMinutes: 30 });
});
afterEach(() => database.drop());

// lock, precheck, compare_digest; of the host:
const [STAGE, RESTART, PROVE, CHECKPOINT, CONVERGE, REVERT] = [3, 5, 6, 7, 8, 10];

async function hold() {
  const epoch = (await journal.claim(releaseId, LIVE)) ?? 0;
  return { releaseId, epoch, states: LIVE, now: NOW };
}

async function fail(position: number, problem: ReleaseProblem, turn: Turn): Promise<void> {
  const held = await hold();
  await journal.begin(held, position, {}, true);
  await journal.end(held, position, { state: 'failed', problem }, { problem, ...turn });
}
const putBack: Turn = { instead: [{ kind: 'revert', host: 'live-1' }] };

async function deadline(): Promise<void> {
  const problem = { code: 'deadline_passed', facts: { confirmBy: NOW.toISOString() } } as const;
  const instead = [{ kind: 'disable' as const, host: 'live-1' }];
  await journal.turn(await hold(), { state: 'disabled', problem, instead });
}

/** The incidents as they stand, in the order of their posts. */
async function incidents(): Promise<readonly string[]> {
  await keeper.show(`release:${releaseId}`);
  return [...slack.standing.values()]
    .filter(({ channel }) => channel === 'C0INCIDENTS')
    .map(({ report }) => `${report.text} ${JSON.stringify(report.blocks)}`);
}

const failFast = (reason: string): ReleaseProblem => ({
  code: 'failed_fast',
  facts: { host: 'live-1', reason, exitStatus: 1, missing: [], variables: [] },
});
const BLOCKED: ReleaseProblem = {
  code: 'verdict_forbids',
  facts: { verdict: 'NO_GO', runId: 'x', checks: ['risk.blocked_share FAIL'] },
};

describe('each way of failing calls the operators, at once, in a post of its own', () => {
  test.each<[string, number, ReleaseProblem, Turn, string]>([
    [
      'staging',
      STAGE,
      { code: 'host_error', facts: { host: 'live-1', code: 'no_space', detail: 'The disk is full.' } },
      putBack,
      'The disk is full.',
    ],
    ['restart', RESTART, failFast('restart_refused'), putBack, 'live-1'],
    ['proof', PROVE, failFast('restart_loop'), putBack, 'live-1'],
    ['checkpoint', CHECKPOINT, BLOCKED, { state: 'watching' }, 'risk.blocked_share'],
    [
      'convergence',
      CONVERGE,
      { code: 'hosts_differ', facts: { differences: ['live-1: ENABLED false ≠ true'] } },
      { state: 'watching' },
      'ENABLED false',
    ],
  ])('%s', async (_way, position, problem, turn, says) => {
    expect(await incidents()).toEqual([]);
    await fail(position, problem, turn);
    const [post, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(post?.startsWith(CALLED)).toBe(true);
    expect(post?.split(CALLED)).toHaveLength(3);
    expect(post).toContain(says);
  });

  test('deadline, which keeps what came before it', async () => {
    await fail(CHECKPOINT, BLOCKED, { state: 'watching' });
    expect(await incidents()).toHaveLength(1);
    await deadline();
    const posts = await incidents();
    expect(posts).toHaveLength(2);
    expect(posts.map((post) => post.includes('A later post below tells of the same release'))).toEqual([
      true,
      false,
    ]);
    for (const post of posts) {
      expect(post.startsWith(CALLED)).toBe(true);
      expect(post).toContain('It began with:');
      expect(post).toContain('risk.blocked_share');
    }
    const progress = [...slack.standing.values()].find(({ channel }) => channel === 'C0REPORTS');
    expect(JSON.stringify(progress?.report)).toContain('risk.blocked_share');
  });

  test('once it is put back, the same post says so, and no second one calls', async () => {
    await fail(PROVE, failFast('restart_loop'), putBack);
    await incidents();
    const held = await hold();
    await journal.begin(held, REVERT, {}, false);
    await journal.end(held, REVERT, { state: 'done', after: {} }, { state: 'reverted', ended: true });
    const [post, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(post).toContain('Put back · s · live');
  });

  describe('what it has left is over', () => {
    const putBackFor = async () => {
      await fail(PROVE, failFast('restart_loop'), putBack);
      const held = await hold();
      await journal.begin(held, REVERT, {}, false);
      await journal.end(held, REVERT, { state: 'done', after: {} }, { state: 'reverted', ended: true });
      await database.pool.query(`UPDATE lobml.releases SET ended_at = now() - interval '1 hour'`);
    };
    const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
    const halted = (state: 'verified' | 'not_verified') => {
      const halt = newHalt({
        ...{ haltId: randomUUID(), strategy: 's', target: 'live', kind: 'stop', wanted: {}, wantedOf: {} },
        ...{ requestedBy: CAROL, requestedAt: new Date().toISOString(), reason: null, hosts: [] },
      });
      const ended = { ...halt, state, endedAt: new Date().toISOString() };
      return saveHalt(database.pool, { halt: ended, messages: [] }, 'a');
    };

    test('once a halt was verified: with who and when, and nothing to disable', async () => {
      await putBackFor();
      await halted('not_verified');
      expect(await markReleasesResolved(database.pool, 's')).toEqual([]);
      expect((await incidents())[0]).toContain(CALLED);
      await halted('verified');
      const marked = await Promise.all([1, 2].map(() => markReleasesResolved(database.pool, 's')));
      expect(marked.flat()).toEqual([releaseId]);
      const [post, ...others] = await incidents();
      expect(others).toEqual([]);
      expect(post).toMatch(/⏮ Put back.*Resolved: <@U0CAROL> halted live, and that was verified at/);
      expect(post).not.toMatch(/needs you|🚨|rollback:|plan a new release/);
    });

    test('once a later release has begun: that one is named', async () => {
      await putBackFor();
      await storeRelease(database.pool, { state: 'watching', startedAt: new Date().toISOString() });
      await database.pool.query(`UPDATE lobml.releases SET strategy = 's' WHERE release_id <> $1`, [
        releaseId,
      ]);
      expect(await markReleasesResolved(database.pool, 's')).toEqual([releaseId]);
      const [post] = await incidents();
      expect(post).toMatch(/Resolved: a later release of live by <@U0ALICE> began at/);
      expect(post).not.toMatch(/needs you|🚨/);
    });
  });

  test('what is put back because a person said so calls nobody', async () => {
    const problem = { code: 'cancelled_by_person', facts: { by: 'carol', reason: 'later' } } as const;
    await journal.turn(await hold(), { problem, ...putBack });
    expect(await incidents()).toEqual([]);
  });
});

describe('a step that does not succeed', () => {
  const tried = (position: number, secondsAgo: number) =>
    database.pool.query(
      `UPDATE lobml.release_steps SET attempted_at = now() - $3 * interval '1 second' WHERE release_id = $1 AND position = $2`,
      [releaseId, position, secondsAgo],
    );
  const nextLook = async () => {
    const { rows } = await database.pool.query<{ inSecs: number }>(
      `SELECT extract(epoch FROM run_at - now())::float AS "inSecs" FROM ${WORKER_SCHEMA}.jobs WHERE key = $1`,
      [`expiry release:${releaseId}`],
    );
    return rows[0]?.inSecs;
  };
  const AWAY: ReleaseProblem = {
    code: 'host_error',
    facts: { host: 'live-1', code: 'unreachable', detail: 'live-1 does not answer.' },
  };

  test('calls after 10 s with what is tried, and not before', async () => {
    const held = await hold();
    await journal.attempt(held, RESTART);
    expect(await incidents()).toEqual([]);
    const inSecs = await nextLook();
    expect(inSecs).toBeGreaterThan(5);
    expect(inSecs).toBeLessThan(12);

    await tried(RESTART, 10);
    const [post, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(post?.startsWith(CALLED)).toBe(true);
    expect(post).toMatch(/\*live-1 restart\* has not succeeded since <!date/);
    // A second try is no second trouble.
    await journal.attempt(held, RESTART);
    expect(await incidents()).toHaveLength(1);
  });

  test('that fails in the end is told in the post that called for it, and in no second one', async () => {
    await tried(STAGE, 12);
    const held = await hold();
    await journal.note(held, STAGE, AWAY);
    expect(await incidents()).toHaveLength(1);
    await fail(STAGE, AWAY, putBack);
    const [post, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(post?.startsWith(CALLED)).toBe(true);
    expect(post).toContain('Putting back… · s · live');
    expect(post).toContain('live-1 does not answer.');
    await journal.turn(await hold(), { state: 'reverted', ended: true });
    expect(await incidents()).toHaveLength(1);
    // Another host than the one that people were called for.
    await database.pool.query(
      `UPDATE lobml.release_steps SET host = 'live-2' WHERE release_id = $1 AND position = $2`,
      [releaseId, STAGE],
    );
    expect(await incidents()).toHaveLength(2);
  });

  test('a put-back whose host does not answer says what it was told, and why it is put back', async () => {
    await fail(PROVE, failFast('restart_loop'), putBack);
    await incidents();
    const held = await hold();
    await journal.attempt(held, REVERT);
    await tried(REVERT, 12);
    // Stopping, starting and proving take their time where nothing is wrong.
    expect(await incidents()).toHaveLength(1);
    await journal.note(held, REVERT, AWAY);
    const posts = await incidents();
    expect(posts).toHaveLength(2);
    expect(posts[1]).toContain('live-1 does not answer.');
    expect(posts[1]).toContain('It is tried again until it does.');
    expect(posts[1]).toContain('Putting back… · s · live');
    expect(posts[1]).toContain('it restarts again and again');
  });

  test('due checks that come to no verdict', async () => {
    const held = await hold();
    await journal.begin(held, PROVE, {}, true);
    await journal.end(held, PROVE, { state: 'done' }, { state: 'watching' });
    // Due five minutes after that start, which is long ago.
    expect(await incidents()).toEqual([]);
    await journal.note(held, CHECKPOINT, { ...BLOCKED, facts: { ...BLOCKED.facts, verdict: 'HOLD' } });
    const [post] = await incidents();
    expect(post?.startsWith(CALLED)).toBe(true);
    expect(post).toMatch(/\*[^*]*5 min[^*]*\* has not succeeded since/);
  });

  test('once it has succeeded its post says what it was, and that all is well', async () => {
    await tried(RESTART, 12);
    await incidents();
    const held = await hold();
    await journal.begin(held, RESTART, {}, true);
    await journal.end({ ...held, now: new Date() }, RESTART, { state: 'done' });
    const [post, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(post).not.toContain(CALLED);
    expect(post).toContain('*Model*  `a.onnx`');
    expect(post).toMatch(/✓ \*live-1 restart\* had not succeeded since <!date[^.]*\. It did at <!date/);
  });

  test('checks that only wait for their time, and one that has succeeded, are none', async () => {
    const held = await hold();
    await journal.attempt(held, RESTART);
    await tried(RESTART, 60);
    await journal.begin(held, RESTART, {}, true);
    await journal.end(held, RESTART, { state: 'done' });
    expect(await incidents()).toEqual([]);
    expect(await nextLook()).toBeUndefined();
  });
});

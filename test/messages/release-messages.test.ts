import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ReleaseProblem } from '../../src/domain/release-problem.js';
import { LIVE_RELEASE_STATES, type ReleaseState } from '../../src/domain/release-state.js';
import { subjectChanged } from '../../src/messages/message-jobs.js';
import type { MessageKeeper } from '../../src/messages/message-keeper.js';
import { selectMessages } from '../../src/messages/message-store.js';
import type { Subject } from '../../src/messages/subject.js';
import { createStepJournal, type StepJournal } from '../../src/release/engine/steps/step-journal.js';
import { createTransact } from '../../src/store/transaction.js';
import { TASKS } from '../../src/worker/task.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { startRelease } from '../release/engine/support/start-release.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  createRememberingSlack,
  createTestKeeper,
  MESSAGE_VIEWS,
  RefusedHere,
  type RememberingSlack,
} from '../support/keeping.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const CALL = { stopping: new AbortController().signal, lost: new AbortController().signal };
const LIVE = LIVE_RELEASE_STATES;

let database: TestDatabase;
let journal: StepJournal;
let keeper: MessageKeeper;
let slack: RememberingSlack;
let releaseId: string;
let subject: Subject;
/** The channels that refuse. */
let refusing: Set<string>;

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  const transact = createTransact(async () => database.pool);
  journal = createStepJournal({ database: database.pool, transact, subjectChanged });
  [slack, refusing] = [createRememberingSlack(), new Set()];
  slack.refuse = (channel) => {
    if (refusing.has(channel)) throw new Error('channel_not_found');
  };
  const approval = { groups: ['S0RISK'], users: ['U0DAVE'] };
  const channels = { reports: 'C0REPORTS', incidents: 'C0INCIDENTS' };
  keeper = createTestKeeper({
    pool: database.pool,
    announcer: slack,
    targets: {
      targets: new Map([['live', { channels, approval, watch: { confirmMinutes: 30 } }]]),
      roles: { operators: ['U0OPS'] },
    },
    views: {
      ...MESSAGE_VIEWS,
      progress: ({ state }) => ({ text: `progress: ${state}`, blocks: [] }),
      incident: ({ state }) => ({ text: `incident: ${state}`, blocks: [] }),
    },
  });
  const host = {
    host: 'live-1',
    modelPath: undefined,
    binaryPath: undefined,
    presentModelSha256: '',
    presentBinarySha256: '',
    layers: [],
    writtenFile: '/env',
    changes: [],
    drift: [],
    undeclared: undefined,
    sinceConfirmed: undefined,
    withoutDeadMan: undefined,
  };
  releaseId = await startRelease(
    database,
    {
      strategy: 's',
      target: 'live',
      reason: 'r',
      model: undefined,
      binary: undefined,
      hosts: [host],
      runbookSha256: 'r',
      policySha256: 'p',
    },
    { checkpointMinutes: [5], confirmMinutes: 30 },
  );
  subject = `release:${releaseId}`;
  await database.pool.query('DELETE FROM lobml_worker._private_jobs');
});

afterEach(() => database.drop());

async function turn(state: ReleaseState, problem?: ReleaseProblem | null): Promise<void> {
  const epoch = (await journal.claim(releaseId, LIVE)) ?? 0;
  const held = { releaseId, epoch, states: LIVE, now: NOW };
  await journal.turn(held, { state, ...(problem === undefined ? {} : { problem }) });
}

async function needsPerson(position: number): Promise<void> {
  const epoch = (await journal.claim(releaseId, LIVE)) ?? 0;
  const held = { releaseId, epoch, states: LIVE, now: NOW };
  await journal.begin(held, position, {}, true);
  const problem: ReleaseProblem = { code: 'deadline_passed', facts: {} };
  await journal.end(held, position, { state: 'unclear', problem }, { state: 'needs_person', problem });
}

const told = () => [...slack.standing.values()].map(({ report }) => report.text).sort();
const show = () => keeper.show(subject);

const jobs = async () =>
  (await database.pool.query<{ task: string }>('SELECT task_identifier AS task FROM lobml_worker.jobs')).rows;

test('each turn leaves the job behind that tells of it, also where this replica dies right after', async () => {
  expect(await jobs()).toEqual([]);
  await turn('watching');
  expect(await jobs()).toEqual([{ task: `${TASKS.message} s` }]);
  await turn('confirmed');
  expect(await jobs()).toHaveLength(1);
  // What the job does on another replica; any number of times.
  await show();
  await show();
  expect(told()).toEqual(['progress: confirmed']);
});

test('each entry of the journal leaves it behind, in the same transaction', async () => {
  const epoch = (await journal.claim(releaseId, LIVE)) ?? 0;
  const held = { releaseId, epoch, states: LIVE, now: NOW };
  const problem: ReleaseProblem = { code: 'deadline_passed', facts: {} };
  const entries = [
    () => journal.begin(held, 0, {}, true),
    () => journal.note(held, 0, problem),
    () => journal.end(held, 0, { state: 'done' }),
    () => journal.turn(held, { state: 'watching' }),
  ];
  for (const entry of entries) {
    await database.pool.query('DELETE FROM lobml_worker._private_jobs');
    await entry();
    expect(await jobs()).toEqual([{ task: `${TASKS.message} s` }]);
  }
  await database.pool.query('DELETE FROM lobml_worker._private_jobs');
  await expect(journal.turn({ ...held, epoch: epoch - 1 }, { state: 'confirmed' })).rejects.toThrow('held');
  expect(await jobs()).toEqual([]);
});

test('the incident is told although the channel of the reports refuses', async () => {
  refusing.add('C0REPORTS');
  await needsPerson(0);
  await expect(show()).rejects.toThrow('channel_not_found');
  expect(told()).toEqual(['incident: needs_person']);
});

test('what could not be told is left to a job that is tried again', async () => {
  refusing.add('C0REPORTS').add('C0INCIDENTS');
  await needsPerson(0);
  await database.pool.query('DELETE FROM lobml_worker._private_jobs');
  await keeper.task({ subject }, CALL);
  expect(await jobs()).toEqual([{ task: `${TASKS.message} s` }]);
  refusing.clear();
  await show();
  expect(told()).toEqual(['incident: needs_person', 'progress: needs_person']);
});

test('a message that somebody deleted is posted anew, once', async () => {
  await needsPerson(0);
  await show();
  slack.standing.clear();
  await show();
  await show();
  expect(told()).toEqual(['incident: needs_person', 'progress: needs_person']);
});

test('what became of an incident shows in its message, and a second one is told anew', async () => {
  await needsPerson(0);
  await show();
  await turn('running', null);
  await show();
  expect(told()).toEqual(['incident: running', 'progress: running']);
  await needsPerson(1);
  await show();
  await turn('reverted');
  await show();
  const incidents = Array(3).fill('incident: reverted');
  expect(told()).toEqual([...incidents, 'progress: reverted']);
  const stored = await selectMessages(database.pool, subject);
  expect(stored).toHaveLength(4);
});

test('where both channels refuse it the person who asked gets it, and it is kept up to date there', async () => {
  slack.refuse = (channel) => {
    if (channel.startsWith('C0')) throw new RefusedHere('not_in_channel');
  };
  await keeper.show(subject);
  const [standing] = slack.standing.values();
  expect(standing?.channel).toMatch(/^U0/);
  expect(slack.standing.size).toBe(1);
  expect(await selectMessages(database.pool, subject)).toMatchObject([
    { channel: standing?.channel, ts: '1' },
  ]);
  await keeper.show(subject);
  expect(slack.standing.size).toBe(1);
});

test('where the reports refuse it the incidents get it', async () => {
  slack.refuse = (channel) => {
    if (channel === 'C0REPORTS') throw new RefusedHere('is_archived');
  };
  await keeper.show(subject);
  expect([...slack.standing.values()].map(({ channel }) => channel)).toEqual(['C0INCIDENTS']);
});

test('approvers are called where their word is wanted, and once more before the deadline', async () => {
  const { pool } = database;
  const lacking = [
    {
      id: 'c',
      section: '4.1',
      title: { en: 'c', 'zh-CN': 'c' },
      outcome: 'INCONCLUSIVE',
      reason: { code: 'no_data' },
      says: [],
    },
  ];
  await pool.query(
    `UPDATE lobml.releases SET state = 'watching', confirm_by = now() + interval '20 minutes'`,
  );
  await pool.query(
    `UPDATE lobml.release_steps SET state = 'done' WHERE kind <> 'confirm' AND kind <> 'converge'`,
  );
  await pool.query(
    `UPDATE lobml.release_steps SET state = 'pending', after = $1 WHERE kind = 'checkpoint' AND host IS NULL`,
    [JSON.stringify({ lacking })],
  );
  const calls = () =>
    [...slack.standing.values()]
      .filter(({ threadTs }) => threadTs !== undefined)
      .map(({ report: { text, blocks } }) => ({ text, blocks: JSON.stringify(blocks) }));
  await show();
  await show();
  expect(calls().map(({ text }) => text)).toEqual([
    expect.stringMatching(/^<!subteam\^S0RISK> <@U0DAVE>: nothing speaks against the release to \*live\*/),
  ]);
  expect(calls()[0]?.blocks).toContain('deploy:confirm');
  const [job] = (
    await pool.query(
      `SELECT extract(epoch FROM run_at - now()) / 60 AS minutes FROM lobml_worker.jobs WHERE key LIKE 'expiry%'`,
    )
  ).rows;
  expect(Math.round(Number(job?.minutes))).toBe(10);
  await pool.query(`UPDATE lobml.releases SET confirm_by = confirm_by - interval '11 minutes'`);
  await pool.query(`UPDATE lobml.messages SET role = (SELECT 'call confirm ' ||
    to_char(confirm_by AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM lobml.releases) WHERE role LIKE 'call%'`);
  await show();
  await show();
  expect(
    calls()
      .slice(1)
      .map(({ text }) => text),
  ).toEqual([expect.stringContaining('turns itself off')]);
  await turn('disabled');
  await show();
  for (const { blocks } of calls()) expect(blocks).not.toContain('action_id');
});

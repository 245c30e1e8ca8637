import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ReleaseProblem } from '../../../src/domain/release-problem.js';
import type { ReleaseState } from '../../../src/domain/release-state.js';
import { createMessageStore } from '../../../src/messages/message-store.js';
import {
  createReleaseAnnouncer,
  type ReleaseAnnouncer,
  releaseSubject,
} from '../../../src/release/engine/announce-release.js';
import { announcedJournal } from '../../../src/release/engine/announced-journal.js';
import { createStepJournal, type StepJournal } from '../../../src/release/engine/step-journal.js';
import { createReleaseQueue } from '../../../src/release/release-jobs.js';
import type { Targets } from '../../../src/runbook/targets.js';
import { createTransact } from '../../../src/store/transaction.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { TASKS } from '../../../src/worker/task.js';
import { prepareWorkerSchema } from '../../../src/worker/worker-schema.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { startRelease } from './support/start-release.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const LIVE: readonly ReleaseState[] = ['running', 'watching', 'needs_person'];
const queue = createReleaseQueue();

let database: TestDatabase;
let journal: StepJournal;
let announcer: ReleaseAnnouncer;
let releaseId: string;
/** Slack: what stands in which channel, and which channel refuses. */
let standing: Map<string, { channel: string; text: string }>;
let refusing: Set<string>;
let pauses: number[];

beforeEach(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  const transact = createTransact(async () => database.pool);
  journal = createStepJournal({ database: database.pool, transact, announceRelease: queue.announce });
  [standing, refusing, pauses] = [new Map(), new Set(), []];
  let posts = 0;
  const refuse = (channel: string) => {
    if (refusing.has(channel)) throw new Error('channel_not_found');
  };
  const channels = { reports: 'C0REPORTS', incidents: 'C0INCIDENTS' };
  announcer = createReleaseAnnouncer({
    load: journal.load,
    targets: { targets: new Map([['live', { channels }]]) } as unknown as Targets,
    messages: createMessageStore(database.pool),
    announcer: {
      async post(channel, { text }) {
        refuse(channel);
        posts += 1;
        standing.set(String(posts), { channel, text });
        return String(posts);
      },
      find: async () => undefined,
      async change({ channel, ts }, { text }) {
        refuse(channel);
        if (standing.has(ts)) standing.set(ts, { channel, text });
        return standing.has(ts);
      },
    },
    views: {
      progress: ({ state }) => ({ text: `progress: ${state}`, blocks: [] }),
      incident: ({ state }) => ({ text: `incident: ${state}`, blocks: [] }),
    },
    now: () => NOW,
    sleep: async (ms) => void pauses.push(ms),
    announceLater: (id) => queue.announce(database.pool, id),
    logger: createLogger({ level: 'silent', to: 'stderr' }),
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
  await database.pool.query('DELETE FROM graphile_worker._private_jobs');
});

afterEach(async () => {
  await announcer.settled();
  await database.drop();
});

async function turn(state: ReleaseState, problem?: ReleaseProblem): Promise<void> {
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

const told = () => [...standing.values()].map(({ text }) => text).sort();

const jobs = async () =>
  (await database.pool.query<{ task: string }>('SELECT task_identifier AS task FROM graphile_worker.jobs'))
    .rows;

test('each turn leaves the job behind that tells of it, also where this replica dies right after', async () => {
  expect(await jobs()).toEqual([]);
  await turn('watching');
  expect(await jobs()).toEqual([{ task: TASKS.releaseAnnouncement }]);
  await turn('confirmed');
  expect(await jobs()).toHaveLength(1);
  // What the job does on another replica; any number of times.
  await announcer.announce(releaseId);
  await announcer.announce(releaseId);
  expect(told()).toEqual(['progress: confirmed']);
});

test('an entry is told of although the answer of the database was lost', async () => {
  const changed: string[] = [];
  const lost = { ...journal, turn: () => Promise.reject(new Error('connection lost')) };
  const announced = announcedJournal(lost, (id) => void changed.push(id));
  await expect(announced.turn({ releaseId, epoch: 1, states: LIVE, now: NOW }, {})).rejects.toThrow('lost');
  expect(changed).toEqual([releaseId]);
});

test('the incident is told although the channel of the reports refuses', async () => {
  refusing.add('C0REPORTS');
  await needsPerson(0);
  await expect(announcer.announce(releaseId)).rejects.toThrow('channel_not_found');
  expect(told()).toEqual(['incident: needs_person']);
  expect(pauses.length).toBeLessThan(10);
});

test('what could not be told is left to a job that is tried again', async () => {
  refusing.add('C0REPORTS').add('C0INCIDENTS');
  await needsPerson(0);
  await database.pool.query('DELETE FROM graphile_worker._private_jobs');
  announcer.changed(releaseId);
  await announcer.settled();
  expect(await jobs()).toEqual([{ task: TASKS.releaseAnnouncement }]);
  refusing.clear();
  await announcer.announce(releaseId);
  expect(told()).toEqual(['incident: needs_person', 'progress: needs_person']);
});

test('a message that somebody deleted is posted anew, once', async () => {
  await needsPerson(0);
  await announcer.announce(releaseId);
  standing.clear();
  await announcer.announce(releaseId);
  await announcer.announce(releaseId);
  expect(told()).toEqual(['incident: needs_person', 'progress: needs_person']);
});

test('what became of an incident shows in its message, and a second one is told anew', async () => {
  await needsPerson(0);
  await announcer.announce(releaseId);
  await turn('running');
  await announcer.announce(releaseId);
  expect(told()).toEqual(['incident: running', 'progress: running']);
  await needsPerson(1);
  await announcer.announce(releaseId);
  await turn('reverted');
  await announcer.announce(releaseId);
  const incidents = Array(3).fill('incident: reverted');
  expect(told()).toEqual([...incidents, 'progress: reverted']);
  const stored = await createMessageStore(database.pool).ofSubject(releaseSubject(releaseId));
  expect(stored).toHaveLength(4);
});

import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deploy } from '../../commands/deploy.js';
import type { DeployServices } from '../../commands/deploy-services.js';
import type { Conversation, Submission } from '../../src/conversation/subcommand.js';
import type { Person } from '../../src/domain/person.js';
import type { ReleaseRecord } from '../../src/domain/release-record.js';
import type { Modal, Report } from '../../src/domain/report.js';
import { createReleaseAnswers } from '../../src/release/engine/release-answers.js';
import { selectRelease } from '../../src/release/store/releases.js';
import type { Targets } from '../../src/runbook/targets.js';
import { deployIncidentView } from '../../views/deploy-incident.js';
import { deployProgressView } from '../../views/deploy-progress.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  DAVE,
  type ReleaseWorld,
  requestAsAlice,
} from '../release/support/release-world.js';

const OPERATOR: Person = { id: 'dan', name: 'dan', surface: 'terminal' };
let world: ReleaseWorld;
let services: DeployServices;
beforeEach(async () => {
  world = await createReleaseWorld();
  const { context, service, target } = world;
  services = {
    runbook: context.sources.runbook,
    targets: {
      ...context.targets,
      targets: new Map([['live', target]]),
      defaultTarget: 'live',
    } as unknown as Targets,
    releases: service,
    answers: createReleaseAnswers(context),
    access: context.access,
    now: context.now,
  };
});
afterEach(() => world.end());

/** A release under way whose second host does not answer, or was not put back. */
async function stuck(kind: 'away' | 'not_put_back'): Promise<ReleaseRecord> {
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, person, digest });
  const started = await world.service.start({ requestId, digest, person: DAVE });
  if (started.kind !== 'started') throw new Error(JSON.stringify(started));
  const { pool } = world.database;
  const { releaseId } = started;
  await pool.query(
    `UPDATE lobml.release_steps SET state = 'done', attempts = 1, started_at = now() WHERE kind <> 'converge'`,
  );
  const problem = { code: 'host_error', facts: { host: 'h2', code: 'unreachable', detail: 'h2 is away.' } };
  if (kind === 'away')
    await pool.query(
      `UPDATE lobml.release_steps SET problem = $1, state = 'running', attempts = 1 WHERE kind = 'converge'`,
      [JSON.stringify(problem)],
    );
  else {
    await pool.query(
      `INSERT INTO lobml.release_steps (release_id, position, kind, host, state, problem, attempts)
       SELECT $1, 100 + n, 'revert', 'h' || n, CASE n WHEN 2 THEN 'failed' ELSE 'done' END,
         CASE n WHEN 2 THEN $2::json END, 1 FROM generate_series(1, 2) AS n`,
      [releaseId, JSON.stringify(problem)],
    );
    await pool.query(`UPDATE lobml.releases SET state = 'needs_person' WHERE release_id = $1`, [releaseId]);
  }
  return load(releaseId);
}

async function load(releaseId: string): Promise<ReleaseRecord> {
  const release = await selectRelease(world.database.pool, releaseId);
  if (release === undefined) throw new Error('The release is gone.');
  return release;
}

function conversationOf(person: Person) {
  const told: string[] = [];
  const modals: Modal[] = [];
  const tell = async ({ text, blocks }: Report) => void told.push(`${text}\n${JSON.stringify(blocks)}`);
  const openModal: Conversation['openModal'] = async (_loading, build) => void modals.push(await build());
  const conversation: Conversation = {
    person,
    locale: 'en',
    channel: 'C0RELEASES',
    post: async () => ({ ref: undefined, update: () => undefined, finish: tell }),
    whisper: tell,
    ...(person.surface === 'slack' ? { openModal } : {}),
  };
  return { conversation, told, modals, openModal };
}

const type = async (person: Person, ...words: string[]) => {
  const { conversation, told, modals } = conversationOf(person);
  const result = await deploy.run(words, conversation, services);
  return { ...result, told: told.join('\n'), modal: JSON.stringify(modals.at(-1)?.blocks ?? '') };
};

async function click(person: Person, actionId: string, value: string) {
  const { conversation, told, modals, openModal } = conversationOf(person);
  const one = { ...conversation, reply: conversation.post, actionId, value, message: undefined, openModal };
  await deploy.actions?.[actionId]?.(one, services);
  return { told: told.join('\n'), modal: modals.at(-1) };
}

/** The values of the buttons that a release's message shows, by their action. */
function buttonsOf(release: ReleaseRecord): Readonly<Record<string, string>> {
  const blocks = deployProgressView(release, 'en').blocks as readonly {
    readonly elements?: readonly { readonly action_id?: string; readonly value?: string }[];
  }[];
  const elements = blocks.flatMap(({ elements = [] }) => elements);
  return Object.fromEntries(
    elements.flatMap(({ action_id, value }) => (action_id ? [[action_id, value ?? '']] : [])),
  );
}

test('a host that does not answer is given up by an operator, with the plan of the rest before', async () => {
  const release = await stuck('away');
  const buttons = buttonsOf(release);
  expect(buttons).not.toHaveProperty('deploy:retry_put_back');
  await expect(click(ALICE, 'deploy:give_up', buttons['deploy:give_up'] ?? '')).rejects.toThrow('forbidden');
  const { modal } = await click(CAROL, 'deploy:give_up', buttons['deploy:give_up'] ?? '');
  expect(JSON.stringify(modal?.blocks)).toMatch(
    /Is h2 gone for good.*The release goes on with h1\..*Nobody knows what runs on h2/,
  );

  const submitted = (reason: string, person = CAROL) => {
    const { conversation } = conversationOf(person);
    const values = { reason: { text: reason } };
    const callbackId = modal?.callbackId ?? '';
    const submission: Submission = {
      ...conversation,
      callbackId,
      privateMetadata: modal?.privateMetadata ?? '',
      values,
    };
    return deploy.submissions?.[callbackId]?.(submission, services);
  };
  expect(await submitted('mine', ALICE)).toMatchObject({ kind: 'errors' });
  expect(await submitted('  ')).toMatchObject({ kind: 'update' });
  expect((await load(release.releaseId)).givenUp).toEqual([]);
  expect(await submitted('its rack burnt down')).toEqual({ kind: 'close' });
  const given = await load(release.releaseId);
  expect(given.givenUp).toMatchObject([{ host: 'h2', by: CAROL, reason: 'its rack burnt down' }]);
  expect(await submitted('again')).toMatchObject({ kind: 'update' });
  expect(world.queued.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['wake', 'lookAtDeadline', 'changed']),
  );
  expect(world.events.at(-1)).toMatchObject({ kind: 'release.host_given_up', actor: CAROL });
  for (const view of [deployProgressView, deployIncidentView])
    expect(JSON.stringify(view(given, 'en').blocks)).toMatch(
      /\*h2\* was given up by <@U0CAROL>.*its rack burnt down/,
    );
});

test('typed: in a terminal at once, with a reason; in Slack the same form opens', async () => {
  expect(await type(OPERATOR, 'live', '--give-up', 'h2')).toMatchObject({
    exitCode: 1,
    json: { refusals: [{ code: 'nothing_under_way' }] },
  });
  const { releaseId } = await stuck('away');
  const refusalOf = async (...words: string[]) => (await type(OPERATOR, 'live', ...words)).json;
  expect(await refusalOf('--give-up', 'h3', '--reason', 'gone')).toMatchObject({
    refusals: [{ code: 'host_not_in_release', message: expect.stringContaining('h1, h2') }],
  });
  expect(await refusalOf('--give-up', 'h2')).toMatchObject({ refusals: [{ code: 'reason_missing' }] });
  expect(await refusalOf('--retry-put-back')).toMatchObject({ refusals: [{ code: 'nobody_must_look' }] });
  expect((await type(CAROL, 'live', '--give-up', 'h2')).modal).toContain('Is h2 gone for good');
  await expect(type(ALICE, 'live', '--give-up', 'h2')).rejects.toThrow('forbidden');
  expect((await load(releaseId)).givenUp).toEqual([]);
  const done = await type(OPERATOR, 'live', '--give-up=h2', '--reason', 'gone');
  expect(done).toMatchObject({ exitCode: 0, json: { releaseId } });
  expect(done.told).toMatch(/h2 is given up.*The release goes on with h1/s);
  expect((await load(releaseId)).givenUp).toMatchObject([{ host: 'h2', by: OPERATOR }]);
});

test('a host that was not put back: each way out has its button, and it says what happens by itself and when', async () => {
  const release = await stuck('not_put_back');
  const buttons = buttonsOf(release);
  for (const action of ['retry_put_back', 'looked', 'give_up', 'host_log'])
    expect(buttons).toHaveProperty(`deploy:${action}`);
  const shown = JSON.stringify(deployProgressView(release, 'en').blocks);
  // What was put back is not turned off, and neither is what the release never touched.
  expect(shown).toMatch(
    /Nothing more happens until somebody has looked.*At .* turned off by itself on h2, and nowhere else/,
  );
  expect(JSON.stringify(deployIncidentView(release, 'en').blocks)).toContain('deploy:retry_put_back');

  await expect(click(ALICE, 'deploy:looked', release.releaseId)).rejects.toThrow('forbidden');
  expect((await click(CAROL, 'deploy:looked', release.releaseId)).told).toBe('');
  const asked = await load(release.releaseId);
  expect(JSON.stringify(deployProgressView(asked, 'en').blocks)).toContain(
    'Every host is compared with the approved plan now',
  );
  expect((await click(CAROL, 'deploy:retry_put_back', release.releaseId)).told).toBe('');
  expect(await load(release.releaseId)).toMatchObject({ state: 'running' });
  expect((await click(CAROL, 'deploy:retry_put_back', release.releaseId)).told).toContain('over already');
});

const LATER = '2099-01-01T00:00:00.000Z';

test('the log of a host shows its newest lines, and no secret', async () => {
  const release = await stuck('not_put_back');
  const lines = Array.from({ length: 60 }, (_, n) => `${LATER} line ${n} ${'x'.repeat(60)}`);
  await writeFile(world.path('log'), [...lines, `${LATER} PRIVATE_KEY=0xdeadbeef it failed`].join('\n'));
  const [, second] = world.target.hosts;
  if (second?.service.manager !== 'command') throw new Error('There is no second host.');
  Object.assign(second.service, { logs: ['cat', world.path('log')] });
  const { modal } = await click(CAROL, 'deploy:host_log', `${release.releaseId} h2`);
  const shown = JSON.stringify(modal?.blocks);
  expect(shown).toContain('it failed');
  expect(shown).not.toContain('deadbeef');
  expect(shown).not.toContain('line 1 ');
  await expect(click(ALICE, 'deploy:host_log', `${release.releaseId} h2`)).rejects.toThrow('forbidden');
});

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DeployServices } from '../../commands/deploy-services.js';
import { lock, unlock } from '../../commands/lock.js';
import type { Conversation } from '../../src/conversation/subcommand.js';
import type { Person } from '../../src/domain/person.js';
import type { Report } from '../../src/domain/report.js';
import { createReleaseAnswers } from '../../src/release/engine/release-answers.js';
import { createReleaseService } from '../../src/release/release-service.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { createReleaseFacts } from '../../src/status/release-facts.js';
import {
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
  services = servicesOf(world);
});
afterEach(() => world.end());

/** The world's `live`, and a `dryrun` beside it. */
function servicesOf({ context, target }: ReleaseWorld, strategy = 's'): DeployServices {
  const names = strategy === 's' ? ['live', 'dryrun'] : ['policy'];
  const known = new Map(names.map((name) => [name, { ...target, name }]));
  const file = parseTargets('targets.yaml', Buffer.from(TARGETS));
  const targets = { ...file, targets: known, everyName: ['live', 'dryrun'] };
  const sources = { ...context.sources, runbook: { ...context.sources.runbook, strategy } };
  const own = { ...context, sources, targets: { ...context.targets, targets: known } };
  return {
    runbook: sources.runbook,
    targets,
    releases: createReleaseService(own),
    answers: createReleaseAnswers(own),
    access: context.access,
    now: context.now,
  };
}

const TARGETS = `defaultTarget: live
roles: { operators: [U0CAROL] }
targets:
  live:
    hosts: [{ name: h1 }]
    service: { manager: systemd, unit: s.service }
    environmentFiles: [/etc/s.env]
    approval: { quorum: 1 }
`;

async function say(subcommand: typeof lock, person: Person, ...words: string[]) {
  const reports: Report[] = [];
  const show = async (report: Report) => void reports.push(report);
  const conversation: Conversation = {
    person,
    locale: 'en',
    channel: 'C0',
    post: async (report) => {
      await show(report);
      return { ref: undefined, update: () => undefined, finish: async () => undefined };
    },
    whisper: show,
  };
  const { exitCode, json } = await subcommand.run(words, conversation, services);
  return {
    exitCode,
    json,
    text: reports.map(({ text }) => text).join('\n'),
    blocks: JSON.stringify(reports),
  };
}

const locked = async () => {
  const { rows } = await world.database.pool.query<{ name: string }>(
    `SELECT strategy || ' ' || target AS name FROM lobml.locks WHERE kind = 'person' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

test.each([
  [['dryrn', 'maintenance'], 'dryrun'],
  [['all', 'maintenance'], '--all'],
  [['maintenance', 'tonight'], undefined],
  [['maintenance'], undefined],
  [['--al', 'maintenance'], '--all'],
])('%j locks nothing: its first word is no target', async (words, nearest) => {
  const facts = expect.objectContaining({ nearest });
  await expect(say(lock, OPERATOR, ...words)).rejects.toMatchObject({ facts });
  expect(await locked()).toEqual([]);
});

test('capitals do not matter in the name of a target', async () => {
  await say(lock, OPERATOR, 'Dryrun', 'maintenance');
  expect(await locked()).toEqual(['s dryrun']);
  await say(unlock, OPERATOR, 'DRYRUN');
  expect(await locked()).toEqual([]);
});

test('a flag that is not known, or a reason that is missing, locks nothing', async () => {
  await expect(say(lock, OPERATOR, 'live', '--until', '2h', 'why')).rejects.toMatchObject({
    code: 'unknown_option',
  });
  await expect(say(lock, OPERATOR, 'live', '--for', '2h')).rejects.toMatchObject({
    code: 'lock_reason_missing',
  });
  for (const duration of ['2', '0h', 'two', '-1h', '91d', ''])
    await expect(say(lock, OPERATOR, 'live', `--for=${duration}`, 'why')).rejects.toMatchObject({
      code: 'lock_duration',
    });
  expect(await locked()).toEqual([]);
});

test('--all locks and unlocks every target of every strategy, and names what somebody else has locked', async () => {
  const policy = servicesOf(world, 't');
  services = { ...services, everyStrategy: () => [services, policy] };
  await say(lock, CAROL, 'dryrun', 'mine');
  const all = await say(lock, OPERATOR, '--all', 'exchange', 'maintenance');
  expect(await locked()).toEqual(['s dryrun', 's live', 't policy']);
  expect(all.text).toContain('live is locked by dan');
  expect(all.text).toContain('policy is locked by dan');
  expect(all.text).toContain('dryrun: Locked already by carol');
  const back = await say(unlock, OPERATOR, '--all');
  expect(await locked()).toEqual(['s dryrun']);
  expect(back.text).toContain('dryrun: The lock was taken by carol');
  expect(back.exitCode).toBe(1);
  // What nobody has locked is no failure.
  expect((await say(unlock, CAROL, '--all')).exitCode).toBe(0);
  expect(await locked()).toEqual([]);
});

test('who may not lock locks nothing with --all either', async () => {
  expect((await say(lock, BOB, '--all', 'why')).exitCode).toBe(1);
  expect(await locked()).toEqual([]);
});

test('a lock may have an end, by the clock of the database, which is shown and obeyed', async () => {
  const { pool } = world.database;
  const { text } = await say(lock, OPERATOR, 'live', '--for', '2h', 'venue', 'maintenance');
  const held = await services.releases.lockOf('live');
  const hours = (Date.parse(held?.until ?? '') - Date.parse(held?.takenAt ?? '')) / 3_600_000;
  expect(hours).toBe(2);
  const { rows } = await pool.query<{ late: boolean }>(
    `SELECT abs(extract(epoch FROM until - now()) - 7200) > 60 AS late FROM lobml.locks`,
  );
  expect(rows).toEqual([{ late: false }]);
  expect(text).toContain(`until ${held?.until?.slice(11, 19)} UTC`);
  await expect(requestAsAlice(world)).rejects.toThrow(`"until":"${held?.until}"`);
  expect((await createReleaseFacts(pool, 's').factsOf('live')).lock?.until).toBe(held?.until);
  expect((await say(lock, CAROL, 'live', 'mine')).text).toContain('until');

  await pool.query(`UPDATE lobml.locks SET until = now() - interval '1 millisecond'`);
  expect(await services.releases.lockOf('live')).toBeUndefined();
  expect((await createReleaseFacts(pool, 's').factsOf('live')).lock).toBeUndefined();
  expect((await say(unlock, OPERATOR, 'live')).json).toMatchObject({ refusal: { code: 'not_locked' } });
  expect((await requestAsAlice(world)).state).toBe('open');
  expect((await say(lock, CAROL, 'live', 'mine')).text).toContain('locked by U0CAROL');
});

test('a lock while a deploy runs says so, and offers to cancel it', async () => {
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, person, digest });
  const started = await world.service.start({ requestId, digest, person: DAVE });
  if (started.kind !== 'started') throw new Error(JSON.stringify(started));

  const { text, blocks, json } = await say(lock, CAROL, 'live', 'maintenance');
  expect(text).toContain('A release of live goes on, asked for by U0ALICE');
  expect(blocks).toContain('deploy:cancel');
  expect(blocks).toContain(started.releaseId);
  expect(json).toMatchObject({ locked: true, running: { releaseId: started.releaseId } });
  expect(await services.answers.cancel(started.releaseId, CAROL, 'locked')).toBe(true);
  await say(unlock, CAROL, 'live');
  const again = await say(lock, CAROL, 'live', 'maintenance');
  expect(again.text).toContain('A release of live goes on');
  expect(again.blocks).not.toContain('deploy:cancel');
});

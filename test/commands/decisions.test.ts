import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { gonogo } from '../../commands/gonogo.js';
import { verify } from '../../commands/verify.js';
import { createCheckService } from '../../src/checks/check-service.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import { UserError } from '../../src/conversation/errors.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import type { Report } from '../../src/domain/report.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { SOURCE_QUERY } from '../../src/trading/source-state.js';
import { prepareWorkerSchema } from '../../src/worker/worker-schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PRIMARY } from '../support/primary.js';
import { aCheck, aRun } from '../support/runs.js';
import { type CommandStage, createCommandStage, decisionRunbook, GUEST } from './support/command-stage.js';

let database: TestDatabase;
let runbook: Runbook;
let stage: CommandStage;

beforeAll(async () => {
  database = await createTestDatabase();
  await prepareWorkerSchema(database, { always: true });
  runbook = await decisionRunbook();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('TRUNCATE lobml.check_runs, lobml.messages CASCADE');
  stage = createCommandStage(database, runbook);
});

/** The statements that the trading database was asked, by the run that asked them. */
function realChecks(answers: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const checks = createCheckService({
    runbook,
    hostOf: (settings) => createHost(settings, { files: [] }),
    trading: {
      query: async ({ text }) => {
        const observedAt = stage.now().toISOString();
        if (text === SOURCE_QUERY) return { rows: [PRIMARY], observedAt };
        const name = text.replace(/.*'(\w+)'.*/s, '$1');
        asked.push(name);
        return { rows: [{ n: answers[name] ?? 0 }], observedAt };
      },
    },
    saveRun: (run) => createRunStore(database.pool).save(run),
    onStoreError: (error) => {
      throw error;
    },
    passedWindows: async () => [],
    now: () => stage.now(),
    monotonicMs: () => stage.now().getTime(),
    newRunId: randomUUID,
  });
  return { checks, asked };
}

test('go/no-go observes every check itself: what passed a second ago is no evidence', async () => {
  const answers = { one: 1, two: 1, three: 1 };
  const { checks, asked } = realChecks(answers);
  const services = { ...stage.services, checks };
  await verify.run(['live'], stage.conversation, services);
  await gonogo.run(['live'], stage.conversation, services);
  asked.length = 0;
  stage.pass(1_000);

  answers.two = -1;
  const decided = await gonogo.run(['live'], stage.conversation, services);
  expect(asked.sort()).toEqual(['one', 'three', 'two']);
  const validUntil = stage.at(10 * 60_000);
  expect(decided.json).toMatchObject({ kind: 'gonogo', verdict: 'NO_GO', validUntil });
  const run = await createRunStore(database.pool).latest({ strategy: 'toy', target: 'live', kind: 'gonogo' });
  expect(run?.criteria?.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['first PASS', 'second FAIL']);
  expect(new Set(run?.checks.map(({ observedAt }) => observedAt))).toEqual(new Set([stage.at(0)]));
});

test('the message tells from the first moment how many checks there are', async () => {
  const { checks } = realChecks({ one: 1, two: 1, three: 1 });
  const posted: string[] = [];
  const conversation = {
    ...stage.conversation,
    post: (report: Parameters<typeof stage.conversation.post>[0]) => {
      posted.push(report.text);
      return stage.conversation.post(report);
    },
  };
  await gonogo.run(['live'], conversation, { ...stage.services, checks });
  expect(posted[0]).toContain('0 of 3 checks');
});

test('of two runs at once each has its message, and the one asked for first says that a newer exists', async () => {
  const first = aRun({
    kind: 'verify',
    startedAt: stage.at(0),
    asOf: stage.at(9_000),
    durationMs: 9_000,
  });
  const second = aRun({ kind: 'verify', startedAt: stage.at(1_000), asOf: stage.at(2_000) });
  const release = deferred();
  const finished = async (run: CheckRun) => {
    await createRunStore(database.pool).save(run);
    return { run, stored: true };
  };
  const slow = verify.run(['live'], stage.conversation, {
    ...stage.services,
    checks: { ...stage.services.checks, run: async () => release.promise.then(() => finished(first)) },
  });
  await verify.run(['live'], stage.conversation, {
    ...stage.services,
    checks: { ...stage.services.checks, run: () => finished(second) },
  });
  release.resolve();
  await slow;
  const standing = stage.messages();
  expect(standing).toHaveLength(2);
  const history = standing.map((text) => text.includes('A newer run exists'));
  expect(history).toEqual([true, false]);
});

test('Run again clicked while that run still goes on: each has its message, and only the newest is no history', async () => {
  const names = ['slow', 'quick'] as const;
  const ends = { slow: deferred(), quick: deferred() };
  const begun: string[] = [];
  const checks = {
    run: async () => {
      const name = names[begun.length] ?? 'quick';
      const run = aRun({
        kind: 'verify',
        startedAt: stage.at((begun.length + 1) * 1_000),
        durationMs: name === 'slow' ? 60_000 : 1_000,
      });
      begun.push(name);
      await ends[name].promise;
      await createRunStore(database.pool).save(run);
      return { run, stored: true };
    },
  };
  await verifyWith(aRun({ kind: 'verify', startedAt: stage.at(0), durationMs: 120_000 }));
  const runAgain = () =>
    verify.actions?.['verify:run_again']?.(stage.click('live'), { ...stage.services, checks });
  const isHistory = () => stage.messages().map((text) => text.includes('A newer run exists'));

  const slow = runAgain();
  const quick = runAgain();
  ends.quick.resolve();
  await quick;
  expect(begun).toEqual(['slow', 'quick']);
  expect(isHistory()).toEqual([true, false, false]);
  ends.slow.resolve();
  await slow;
  expect(isHistory()).toEqual([true, true, false]);
});

/** Verifies with a run that is given. */
async function verifyWith(run: CheckRun, conversation = stage.conversation): Promise<void> {
  const ran = async () => {
    await createRunStore(database.pool).save(run);
    return { run, stored: true };
  };
  await verify.run(['live'], conversation, { ...stage.services, checks: { run: ran } });
}

/** What the bot's worker does for a run: now, and when its verdict expires. */
const lookAfter = (run: CheckRun) => stage.services.messages.changed(`run:${run.runId}`);

test('an older report in another channel says that a newer run exists', async () => {
  await verifyWith(aRun({ kind: 'verify', startedAt: stage.at(0) }));
  const elsewhere = {
    ...stage.conversation,
    channel: 'C0OTHER',
    post: (report: Report) => stage.services.postIn?.('C0OTHER', report) ?? stage.conversation.post(report),
  };
  await verifyWith(aRun({ kind: 'verify', startedAt: stage.at(1_000) }), elsewhere);
  const history = stage.messages().map((text) => text.includes('A newer run exists'));
  expect(history).toEqual([true, false]);
});

test('where the bot may not write, who asked reads the report all the same', async () => {
  const refused = new UserError('not_in_channel', { channel: 'C0OTHER' });
  const shut = { ...stage.conversation, post: async () => Promise.reject(refused) };
  const run = aRun({ kind: 'verify', verdict: 'NO_GO' });
  await expect(verifyWith(run, shut)).rejects.toBe(refused);
  expect(stage.whispers).toEqual([expect.stringContaining('NO-GO')]);
});

test('where the bot may not write, the report stands in another place, and is kept up to date there', async () => {
  const refused = new UserError('not_in_channel', { channel: 'C0OTHER' });
  const conversation = {
    ...stage.conversation,
    channel: 'C0OTHER',
    post: async () => Promise.reject(refused),
  };
  const run = aRun({ kind: 'verify', verdict: 'GO', validUntil: stage.at(60_000) });
  const { postIn } = stage.services;
  const asked: string[] = [];
  const services = {
    ...stage.services,
    checks: { run: async () => ({ run, stored: true }) },
    postIn: async (channel: string, report: Report) => {
      asked.push(channel);
      if (channel.startsWith('C0') || postIn === undefined) throw refused;
      return postIn(channel, report);
    },
  };
  await createRunStore(database.pool).save(run);
  await expect(verify.run(['live'], conversation, services)).rejects.toBe(refused);
  expect(asked.at(-1)).toBe('U0ALICE');
  expect(stage.posted).toMatchObject([{ channel: 'U0ALICE' }]);
  stage.pass(60_000);
  await lookAfter(run);
  expect(stage.posted[0]?.report.text).toMatch(/HOLD .*It was GO\./);
});

test('a run of a terminal makes the reports in Slack history', async () => {
  await verifyWith(aRun({ kind: 'verify', startedAt: stage.at(0) }));
  const ofTerminal = aRun({ kind: 'verify', startedAt: stage.at(1_000) });
  await createRunStore(database.pool).save(ofTerminal);
  await lookAfter(ofTerminal);
  expect(stage.messages()).toEqual([expect.stringContaining('A newer run exists')]);
});

test('a report whose time is over says so, and its GO has become a HOLD', async () => {
  const run = aRun({ kind: 'verify', verdict: 'GO', validUntil: stage.at(60_000) });
  await verifyWith(run);
  await lookAfter(run);
  expect(stage.texts()).toContain('GO · ');
  expect(stage.texts()).not.toContain('HOLD');
  stage.pass(60_000);
  await lookAfter(run);
  const [standing] = stage.messages();
  expect(standing).toContain('HOLD · ');
  expect(standing).toContain('Expired ');
  expect(standing).toContain('It was GO.');
  expect(stage.posted[0]?.report.text).toMatch(/HOLD .*It was GO\./);
});

test('an expired NO-GO stays one', async () => {
  const run = aRun({ kind: 'verify', verdict: 'NO_GO', validUntil: stage.at(60_000) });
  await verifyWith(run);
  stage.pass(60_000);
  await lookAfter(run);
  expect(stage.texts()).toContain('NO-GO · ');
  expect(stage.texts()).toContain('Expired ');
});

test('a warning is acknowledged by name, once, on every copy of the message', async () => {
  const warned = aCheck('a.one', { outcome: 'WARN', reason: { code: 'warning_holds' } });
  const run = aRun({
    kind: 'gonogo',
    verdict: 'GO_WITH_WARNINGS',
    checks: [warned],
    validUntil: stage.at(60_000),
  });
  const services = {
    ...stage.services,
    checks: {
      ...stage.services.checks,
      run: async () => {
        await createRunStore(database.pool).save(run);
        return { run, stored: true };
      },
    },
  };
  await gonogo.run(['live'], stage.conversation, services);
  const acknowledge = gonogo.actions?.['gonogo:acknowledge'];
  const value = (checkId: string) => JSON.stringify({ runId: run.runId, checkId });
  expect(stage.texts()).toContain('0 of 1 warnings acknowledged');
  const asGuest = acknowledge?.(stage.click(value('a.one'), GUEST), services);
  await expect(asGuest).rejects.toMatchObject({ code: 'not_a_member' });
  expect(stage.texts()).toContain('0 of 1 warnings acknowledged');
  await acknowledge?.(stage.click(value('a.one'), 'U0BOB'), services);
  expect(stage.texts()).toContain('acknowledged by <@U0BOB>');
  expect(stage.texts()).toContain('1 of 1 warnings acknowledged');
  expect(await services.acknowledgements.acknowledgedWarnings(run.runId)).toMatchObject([
    { checkId: 'a.one', person: { id: 'U0BOB' } },
  ]);

  const again = acknowledge?.(stage.click(value('a.one'), 'U0CAROL'), services);
  await expect(again).rejects.toMatchObject({ code: 'already_acknowledged' });
  await expect(acknowledge?.(stage.click(value('a.other')), services)).rejects.toMatchObject({
    code: 'not_a_warning',
  });
  expect(stage.audited).toEqual([
    expect.objectContaining({
      kind: 'warning.acknowledged',
      target: 'live',
      actor: { id: 'U0BOB', name: 'U0BOB', surface: 'slack' },
      details: { runId: run.runId, checkId: 'a.one' },
    }),
  ]);
  // A later decision elsewhere revokes this one, also where no message of it stands in this channel.
  const { runId: _runId, ...same } = run;
  const later = new Date(Date.parse(run.startedAt) + 1).toISOString();
  await createRunStore(database.pool).save(aRun({ ...same, verdict: 'NO_GO', startedAt: later }));
  await expect(acknowledge?.(stage.click(value('a.one')), services)).rejects.toMatchObject({
    code: 'too_late',
  });
});

test('a warning of a run that has expired cannot be acknowledged any more', async () => {
  const run = aRun({
    strategy: 'of_its_own',
    kind: 'gonogo',
    verdict: 'GO_WITH_WARNINGS',
    checks: [aCheck('a.one', { outcome: 'WARN' })],
    startedAt: stage.at(0),
    validUntil: stage.at(1_000),
  });
  await createRunStore(database.pool).save(run);
  stage.pass(60_000);
  const value = JSON.stringify({ runId: run.runId, checkId: 'a.one' });
  const late = gonogo.actions?.['gonogo:acknowledge']?.(stage.click(value), stage.services);
  await expect(late).rejects.toMatchObject({ code: 'too_late' });
});

test('a button of the Home posts into the report channel and tells the person where', async () => {
  const run = aRun({ kind: 'verify' });
  const services = {
    ...stage.services,
    checks: { ...stage.services.checks, run: async () => ({ run, stored: false }) },
  };
  await verify.actions?.['home:verify']?.({ ...stage.click('live'), channel: '' }, services);
  expect(stage.posted.map(({ channel }) => channel)).toEqual(['C0REPORTS']);
  expect(stage.whispers).toEqual(['Started: the report appears in <#C0REPORTS>.']);
  expect(stage.homeChanges()).toBe(1);
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Sandbox } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import { DISABLE_ACTION } from '../../views/rollback-buttons.js';
import { createDemoFolder, type DemoFolder } from '../support/demo.js';

const CHANNEL = '#trading-releases';
let folder: DemoFolder;
let sandbox: Sandbox;
let state: pg.Pool;

beforeAll(async () => {
  folder = await createDemoFolder();
  sandbox = await startSandbox({ folder: folder.path, port: 0, restartDelayMs: 500 });
  state = new pg.Pool({ connectionString: sandbox.botEnvironment['DATABASE_URL'], max: 1 });
  // The server ends the connection when the sandbox closes.
  state.on('error', () => {});
});

afterAll(async () => {
  await state?.end();
  await sandbox?.close();
  await folder.remove();
});

const messages = () => sandbox.slack.messages('C0RELEASES');
const shows = (message: { text: string; blocks: unknown }, what: string | RegExp) =>
  JSON.stringify([message.text, message.blocks]).search(what) !== -1;
/** Whatever the verdict: on a machine that is busy a check may get no answer in time. */
const LIVE = /(GO|HOLD|WARNINGS) · crypto_lob_ml · live/;
const POLICY = /(GO|HOLD|WARNINGS) · crypto_rl_policy · policy/;

/** The report that a person's command brings, once it says what is waited for. */
async function ask(line: string, says: string | RegExp) {
  const before = new Set(messages().map(({ ts }) => ts));
  await sandbox.slack.runCommand('carol', CHANNEL, line);
  return sandbox.slack.waitFor(
    () => messages().find((message) => !before.has(message.ts) && shows(message, says)),
    120_000,
  );
}

const changed = (ts: string, text: string) =>
  sandbox.slack.waitFor(
    () => messages().find((message) => message.ts === ts && shows(message, text)),
    120_000,
  );

/** The environment files as they stand on the hosts of a target. */
const filesOf = (target: string) =>
  Promise.all(
    sandbox.hosts.hosts
      .filter(({ workload }) => workload === target)
      .map(({ environmentFiles: [, strategy] }) => readFile(strategy, 'utf8')),
  );

test('a precheck of each strategy by its own checklist; the jobs of both keep their messages true', async () => {
  const live = await ask('/lobml precheck live', LIVE);
  const policy = await ask('/lobml precheck policy', POLICY);
  expect(shows(live, '2.2-A')).toBe(true);
  expect(shows(policy, 'TRADE')).toBe(true);
  expect(shows(policy, '2.2-A')).toBe(false);
  await ask('/lobml precheck live', LIVE);
  await ask('/lobml precheck policy', POLICY);
  await changed(live.ts, '⏮');
  await changed(policy.ts, '⏮');
  const failed = await state.query('SELECT task_identifier FROM lobml_worker.jobs WHERE attempts > 1');
  expect(failed.rows).toEqual([]);
});

test('a target that nobody has is answered with the targets of both', async () => {
  await sandbox.slack.runCommand('carol', CHANNEL, '/lobml precheck polcy');
  await sandbox.slack.waitFor(() =>
    sandbox.slack
      .messages('C0RELEASES', 'carol')
      .find((message) => shows(message, '`policy`') && shows(message, 'Known: live, dryrun, policy')),
  );
});

test('the Home has a heading for each strategy', async () => {
  await sandbox.slack.openHome('carol');
  const blocks = await sandbox.slack.waitFor(() => {
    const home = JSON.stringify(sandbox.slack.home('carol') ?? '');
    return home.includes('policy-1') ? home : undefined;
  });
  for (const strategy of ['crypto_lob_ml', 'crypto_rl_policy'])
    expect(blocks).toMatch(new RegExp(`"type":"header","text":\\{[^}]*"${strategy}"`));
});

test('Disable of the second strategy leaves the files and halts of the first alone', async () => {
  const before = [await filesOf('live'), await filesOf('dryrun')];
  const shown = await ask('/lobml rollback policy', DISABLE_ACTION);
  await sandbox.slack.click('carol', { channel: shown.channel, ts: shown.ts }, DISABLE_ACTION);
  const report = await sandbox.slack.waitFor(
    () => messages().find((message) => shows(message, /HALTED - |NOT VERIFIED/)),
    120_000,
  );
  expect((await filesOf('policy'))[0]).toMatch(/^PLOY_CRYPTO_RL_POLICY__TRADE=false$/m);
  expect([await filesOf('live'), await filesOf('dryrun')]).toEqual(before);
  expect([shows(report, 'policy-1'), shows(report, 'live-1')]).toEqual([true, false]);
  const halts = await state.query('SELECT DISTINCT strategy, target FROM lobml.halts');
  expect(halts.rows).toEqual([{ strategy: 'crypto_rl_policy', target: 'policy' }]);
  await ask('/lobml precheck live', LIVE);
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { eventually } from '../sandbox/host/eventually.js';
import { startTestBrowser, WIDE } from '../support/browser.js';
import { createDemoFolder, type Demo, type DemoFolder, startDemo } from '../support/demo.js';
import { switchIncident } from '../support/incident-page.js';

const START_TIMEOUT_MS = 280_000;
const FOUND_MS = 90_000;
const INCIDENT_TIMEOUT_MS = 400_000;
const browser = startTestBrowser();
let folder: DemoFolder;
let demo: Demo;
let pool: pg.Pool;

beforeAll(async () => {
  folder = await createDemoFolder();
  demo = await startDemo(folder.path, { DEMO_WATCH: '2' });
  pool = new pg.Pool({ connectionString: demo.variables['DATABASE_URL'], max: 2 });
}, START_TIMEOUT_MS);

afterAll(async () => {
  await pool?.end();
  await demo?.interrupt();
  await folder.remove();
});

const open = (channel: string, viewport = WIDE) =>
  browser.open(`${demo.pageUrl}?user=U0CAROL&channel=${channel}`, viewport);
const untilWell = (target: string) =>
  eventually(`${target} is well`, async () => (await verdictOf(target)) === 'GO', FOUND_MS);

async function verdictOf(target: string): Promise<string | null> {
  const { rows } = await pool.query<{ verdict: string | null }>(
    `SELECT state->>'verdict' AS verdict FROM lobml.watches WHERE target = $1`,
    [target],
  );
  return rows[0]?.verdict ?? null;
}

/** How many looks at `live` began and ended between two moments of the database. */
async function looksBetween(from: Date, to: Date): Promise<number> {
  const { rows } = await pool.query<{ looks: number }>(
    `SELECT count(*)::integer AS looks FROM lobml.check_runs
     WHERE target = 'live' AND watch_change IS NOT NULL
       AND began_at > $1 AND began_at + duration_ms * interval '1 millisecond' <= $2`,
    [from, to],
  );
  return rows[0]?.looks ?? 0;
}
const databaseNow = async () =>
  (await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0]?.now ?? new Date();
const sinceOf = async () =>
  (
    await pool.query<{ at: Date }>(
      `SELECT (state->>'since')::timestamptz AS at FROM lobml.watches WHERE target = 'live'`,
    )
  ).rows[0]?.at ?? new Date();

const message = (page: Page, ...says: readonly (string | RegExp)[]) =>
  says.reduce((found, hasText) => found.filter({ hasText }), page.getByTestId('message')).last();

/** What each incident is, and where the watch shows it: a NO-GO calls, what is unknown is told. */
const FOUND: readonly (readonly [where: string, incident: string, check: string, channel?: string])[] = [
  ['Data feed', 'Stop SOLUSDT', 'data.sync_records.lag'],
  ['Data feed', 'Freeze prices', 'data.sync_records.frozen'],
  ['Data feed', 'Rows from the future', 'data.sync_records.lag'],
  ['Data feed', 'Stop the collector', 'data.sync_records.lag'],
  ['Data feed', 'Lock sync_records', 'data.sync_records.lag', 'C0RELEASES'],
  ['live', 'Block storm', 'risk.blocked_share'],
  ['live', 'No entries', 'exec.activity', 'C0RELEASES'],
  ['live', 'Orders around the risk gate', 'risk.decisions'],
  ['live-1', 'Typo in the enable flag', 'env.enabled'],
  ['live-2', 'Typo in EXIT_MODE', 'env.exit_mode'],
  ['live-1', 'Edit the environment by hand', 'env.running_process'],
  ['live-2', 'Slow clock', 'source.clocks'],
  ['live-1', 'Missing metadata', 'exec.metadata_complete'],
  ['live-2', 'Wrong blend weights', 'exec.blend_weights'],
  ['live-1', 'Old model version in orders', 'exec.model_version'],
  ['live-2', 'Restart loop', 'service.started'],
  ['live-1', 'Wrong MODEL_TYPE', 'env.model_type'],
  ['live-2', 'Corrupt the model', 'model.file'],
];
/** These show when somebody halts: until then the service and the venue do what they are there for. */
const SHOWN_BY_A_HALT = [
  'Service ignores the flag',
  'Service does not restart',
  'Orders rest at the venue',
  'Cancel fails',
  'Venue and records disagree',
  'Venue answers with an error',
  'Venue does not answer',
];
/** These are of the past: a back-test finds them. */
const PAST = ['30 days of history'];

describe('without a word typed', () => {
  test.each(FOUND)(
    '%s: "%s" is found within two looks, as %s',
    async (where, incident, check, channel = 'C0INCIDENTS') => {
      await untilWell('live');
      const page = await open(channel);
      await switchIncident(page, where, incident);
      const begun = await databaseNow();
      try {
        const found = message(page, /(⛔|⏸️) Watch · live: /, check);
        await found.waitFor({ timeout: FOUND_MS });
        await found.getByRole('button', { name: 'Disable now' }).waitFor();
        const seen = await sinceOf();
        // The first look that began with it shows it; the second one makes it count.
        expect(await looksBetween(begun, seen)).toBeLessThanOrEqual(1);
      } finally {
        await switchIncident(page, where, incident);
      }
      await untilWell('live');
      // What was seen last stands there still: another check may have taken longer to be well.
      await message(page, 'Watch · live: well again').waitFor({ timeout: FOUND_MS });
    },
    INCIDENT_TIMEOUT_MS,
  );

  test('each incident of the menu is one of these, or shows by a halt', async () => {
    const page = await open('C0INCIDENTS');
    await page.getByRole('button', { name: /^Incidents/ }).click();
    await page.getByRole('switch').first().waitFor();
    const names = await page.locator('.incident span').allTextContents();
    expect(names.length).toBeGreaterThan(20);
    const known = new Set([...FOUND.map(([, incident]) => incident), ...SHOWN_BY_A_HALT, ...PAST]);
    expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
  });
});

test(
  'an operator has it: the name stands there, and the way out stays',
  async () => {
    await untilWell('live');
    const page = await open('C0INCIDENTS');
    await switchIncident(page, 'Data feed', 'Freeze prices');
    const called = message(page, '⛔ Watch · live: NO-GO', 'data.sync_records.frozen');
    await called.getByRole('button', { name: 'I have it' }).click();
    await message(page, '⛔ Watch · live: NO-GO', /carol has it/).waitFor();
    expect(await called.getByRole('button', { name: 'I have it' }).count()).toBe(0);
    expect(await called.getByRole('button', { name: 'Disable now' }).count()).toBe(1);
    await switchIncident(page, 'Data feed', 'Freeze prices');
    await untilWell('live');
  },
  INCIDENT_TIMEOUT_MS,
);

test(
  'a listed check halts its target, and the halt says first that nobody asked for it',
  async () => {
    await untilWell('dryrun');
    const page = await open('C0INCIDENTS');
    await switchIncident(page, 'dryrun-1', 'Wrong blend weights');
    const halt = message(page, 'HALTED BY THE WATCH: nobody asked for it.', 'HALTED - VERIFIED · dryrun');
    await halt.waitFor({ timeout: 180_000 });
    expect(await halt.textContent()).toMatch(
      /dryrun.*HALTED BY THE WATCH.*exec\.blend_weights.*flag off on disk/s,
    );
    await message(
      page,
      'Watch · dryrun',
      'The watch has halted this target by itself',
      'The target was halted',
    ).waitFor();
    const { stdout } = await demo.lobml('watch', 'dryrun');
    expect(stdout).toContain('rests while the target is halted');
  },
  INCIDENT_TIMEOUT_MS,
);

test('status and Home have a line of it, and the terminal shows the same', async () => {
  const page = await open('C0RELEASES');
  await page.getByRole('button', { name: 'Home', exact: true }).click();
  await page
    .getByText(/Watch: .*every 2 s/)
    .first()
    .waitFor();
  const { stdout, exitCode } = await demo.lobml('watch', 'live');
  expect([stdout, exitCode]).toEqual([
    expect.stringMatching(/Watch · crypto_lob_ml · live[\s\S]*every 2 s/),
    0,
  ]);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { fitsOn } from '../support/fits-on.js';
import { messages, requestOn, start, typeCommand } from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

const RELEASE_TIMEOUT_MS = 200_000;
const JOB = { timeout: 120_000 };
const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';

const browser = startTestBrowser();
const demo = useDemo({ DEMO_CHECKPOINT_MINUTES: '0.1,0.2' });

const as = (person: string, viewport = WIDE, channel = 'C0RELEASES') =>
  browser.open(`${demo.pageUrl}?user=U0${person.toUpperCase()}&channel=${channel}`, viewport);

const flagOf = async (host: string, workload: string) => {
  const path = join(demo.path, '.data', 'demo', 'hosts', host, 'env', `crypto-${workload}.env`);
  return new RegExp(`^${FLAG}=(.*)$`, 'm').exec(await readFile(path, 'utf8'))?.[1];
};

test('a rehearsal of live: every part but the act, and an alarm that an operator sees', async () => {
  const dave = await as('dave');
  await typeCommand(dave, '/lobml drill live');
  await dave.getByText('Drills are for operators.').waitFor(JOB);

  const carol = await as('carol');
  await typeCommand(carol, '/lobml drill live');
  const report = messages(carol, /Drill waits · crypto_lob_ml · live/);
  await report.waitFor(JOB);
  const phone = await as('carol', PHONE, 'C0INCIDENTS');
  const alarm = messages(phone, 'DRILL of live: this is a test alarm');
  await alarm.waitFor(JOB);
  await fitsOn(phone, alarm);
  await alarm.getByRole('button', { name: 'Seen' }).click();
  await alarm.getByText(/Seen by .*carol/i).waitFor(JOB);
  const good = messages(carol, /DRILL GOOD · crypto_lob_ml · live/);
  await good.waitFor(JOB);
  const words = (await good.textContent()) ?? '';
  expect(words).toMatch(/✓ Hosts: files, rights, service: .* s · last 4: median .* s, p99 .* s/);
  expect(words).toMatch(/✓ Click to alarm seen: .*seen by .*carol/i);
  expect(words).not.toContain('✗');
  expect(await flagOf('live-1', 'live')).toBe('true');
  expect(await carol.getByTestId('message').filter({ hasText: 'crypto_lob_ml · live' }).count()).toBe(1);
  const narrow = await as('carol', PHONE);
  await fitsOn(narrow, messages(narrow, 'DRILL GOOD'));

  const { exitCode, stdout } = await demo.lobml('drill', 'live', '--last', '--json');
  expect([exitCode, JSON.parse(stdout).state]).toEqual([0, 'good']);
}, 300_000);

test('a real drill of dryrun: halted with proof, back with a release, good', async () => {
  const carol = await as('carol');
  await typeCommand(carol, '/lobml drill dryrun');
  const report = messages(carol, /Drill (going on|waits) · crypto_lob_ml · dryrun/);
  await report.waitFor(JOB);
  await messages(carol, 'HALTED').waitFor(JOB);
  expect(await flagOf('dryrun-1', 'dryrun')).toBe('false');
  const incidents = await as('carol', WIDE, 'C0INCIDENTS');
  await messages(incidents, 'DRILL of dryrun').getByRole('button', { name: 'Seen' }).click(JOB);

  const alice = await as('alice');
  const request = requestOn(alice).filter({ hasText: 'Way back from a drill' });
  await request.getByRole('button', { name: 'Approve' }).click(JOB);
  await start(alice);
  const good = messages(carol, /DRILL GOOD · crypto_lob_ml · dryrun/);
  await good.waitFor({ timeout: RELEASE_TIMEOUT_MS });
  const words = (await good.textContent()) ?? '';
  expect(words).toMatch(/✓ Click to flag on every host: [\d.]+ s · last 4: median/);
  expect(words).toMatch(/✓ Click to proof: 2\d s/);
  expect(words).toMatch(/✓ Back on with a release: \d+ s/);
  expect(await flagOf('dryrun-1', 'dryrun')).toBe('true');

  const status = await demo.lobml('status', 'dryrun');
  expect(status.stdout).toMatch(/Last good drill: real, (just now|\d+ min ago)/);
}, 500_000);

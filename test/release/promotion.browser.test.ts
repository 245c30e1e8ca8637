import { expect, test } from '@jest/globals';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import {
  approve,
  deployForm,
  messages,
  requestFrom,
  requestOn,
  start,
  typeCommand,
} from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

const browser = startTestBrowser();
const demo = useDemo({ DEMO_CHECKPOINT_MINUTES: '0.1,0.2', DEMO_PROMOTION: 'on' });

/** Release, confirmation, and the minutes of trading on a machine that is busy. */
const JOB = { timeout: 180_000 };

const as = (person: string, viewport = WIDE) =>
  browser.open(`${demo.pageUrl}?user=U0${person.toUpperCase()}&channel=C0RELEASES`, viewport);

test('a model goes live only after it has traded on dryrun', async () => {
  const [alice, carol, small] = [await as('alice'), await as('carol'), await as('alice', PHONE)];

  await typeCommand(small, '/lobml deploy live');
  const early = await deployForm(small);
  await early.getByText('lob_tcn_5m_v4: never confirmed on dryrun').waitFor();
  await early.getByRole('textbox', { name: 'Why' }).fill('straight to live');
  await early.getByRole('button', { name: 'Show plan' }).click();
  const refused = small.getByRole('dialog', { name: 'Plan · live' });
  await refused.getByText('release it there').waitFor(JOB);
  expect(await refused.getByRole('button', { name: 'Request approval' }).count()).toBe(0);
  expect(await small.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
  // Both pages are alice's, and show the same windows.
  await small.keyboard.press('Escape');
  await alice.getByRole('dialog').waitFor({ state: 'hidden' });

  await typeCommand(alice, '/lobml deploy dryrun');
  await requestFrom(alice, await deployForm(alice, 'dryrun'), 'to dryrun first', 'dryrun');
  await approve(carol, 'Start deploy');
  await start(alice);
  await messages(alice, /Confirmed · crypto_lob_ml · dryrun/).waitFor(JOB);

  await expect(untilReady()).resolves.toMatch(/✓ Promotion {2}lob_tcn_5m_v4: [\d.]+ of 1.2 min/);
  await typeCommand(alice, '/lobml deploy live');
  const words = await requestFrom(alice, await deployForm(alice), 'it has traded on dryrun');
  expect(words).toMatch(/✓ Promotion/);
  expect(await requestOn(alice).textContent()).toMatch(/✓ Promotion/);
}, 900_000);

/** The terminal's `status live`, asked until the model has shown what it must. */
async function untilReady(): Promise<string | undefined> {
  for (let look = 0; look < 60; look += 1) {
    const { stdout } = await demo.lobml('status', 'live');
    const line = stdout.split('\n').find((one) => one.includes('Promotion'));
    if (line?.startsWith('✓')) return line;
  }
  return undefined;
}

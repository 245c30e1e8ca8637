import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { switchIncident } from '../support/incident-page.js';
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

/**
 * The pictures of the README, taken of the real page over the real bot (`npm run pictures`), so that they show what
 * people see now. Needs Chromium, and a font that has the signs (Debian's fonts-noto-color-emoji).
 */
const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images');
const SLOW_MS = 240_000;
const SETTLED_MS = 3_000;
const HALTED = /HALTED - VERIFIED · live/;

const browser = startTestBrowser();
const demo = useDemo({ DEMO_CHECKPOINT_MINUTES: '0.1,0.2' });

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
});

const open = (person: string, viewport: typeof WIDE): Promise<Page> =>
  browser.open(`${demo.pageUrl}?user=U0${person.toUpperCase()}&channel=C0RELEASES`, viewport);

/** The screen of that person, with the beginning of the message at its top. */
async function keep(page: Page, message: Locator, name: string): Promise<void> {
  // What still comes in would scroll it away.
  await page.waitForTimeout(SETTLED_MS);
  await message.evaluate('(element) => element.scrollIntoView({ block: "start" })');
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

test(
  'a precheck that says NO-GO',
  async () => {
    const desk = await open('alice', WIDE);
    await switchIncident(desk, 'live-1', 'Typo in EXIT_MODE');
    const phone = await open('alice', PHONE);
    await typeCommand(desk, '/lobml precheck');
    const report = (page: Page) => messages(page, 'NO-GO · crypto_lob_ml · live');
    await report(desk).waitFor({ timeout: SLOW_MS });
    await keep(phone, report(phone), 'precheck');
    await switchIncident(desk, 'live-1', 'Typo in EXIT_MODE');
  },
  SLOW_MS,
);

test(
  'a request, and the release that it became',
  async () => {
    const [alice, bob, carol] = [
      await open('alice', WIDE),
      await open('bob', PHONE),
      await open('carol', PHONE),
    ];
    await typeCommand(alice, '/lobml deploy live');
    await requestFrom(alice, await deployForm(alice), 'Better AUC on last week');
    await approve(bob, 'Approvals 1 of 2');
    await keep(carol, requestOn(carol), 'request');
    await approve(carol, 'Approvals 2 of 2');
    await start(carol);
    const confirmed = messages(carol, 'Confirmed · crypto_lob_ml · live');
    await confirmed.waitFor({ timeout: SLOW_MS });
    await keep(carol, confirmed, 'deploy');
  },
  SLOW_MS,
);

test(
  'a halt',
  async () => {
    const carol = await open('carol', PHONE);
    await typeCommand(carol, '/lobml rollback live');
    await carol.getByRole('button', { name: 'Disable now' }).last().click();
    const report = carol.getByTestId('message').filter({ has: carol.getByRole('heading', { name: HALTED }) });
    await report.last().getByRole('button', { name: 'Add reason' }).waitFor({ timeout: SLOW_MS });
    await keep(carol, report.last(), 'halt');
  },
  SLOW_MS,
);

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { switchIncident, turnOnByHand } from '../support/incident-page.js';
import { typeCommand } from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

/** A venue is asked for a minute whether nothing rests, and the demo observes for 20 s. */
const END_TIMEOUT_MS = 180_000;
const REPORT = /(HALTED - VERIFIED|HALT NOT VERIFIED) · live/;

const browser = startTestBrowser();
const demo = useDemo({ LOCALE: 'en' });
let halts = 0;

test('orders that rest at the venue are cancelled, and then the halt is verified', async () => {
  await toggleIncident('Orders rest at the venue');
  const { page, report, title } = await haltAsCarol(WIDE);
  expect(await report.textContent()).toContain('all orders were cancelled');
  expect(await report.textContent()).toContain('nothing rests');
  expect(title).toContain('HALTED - VERIFIED');
  await keep(page, 'orders-rest-wide');
  await toggleIncident('Orders rest at the venue');
});

test('where the venue refuses to cancel, nothing is verified, and what can still fill is listed', async () => {
  await turnBothOn();
  await toggleIncident('Cancel fails');
  const { page, report, title } = await haltAsCarol(PHONE);
  expect(title).toContain('HALT NOT VERIFIED');
  expect(await report.textContent()).toContain('the cancel FAILED');
  expect(await report.textContent()).toContain('2 orders can still fill');
  await keep(page, 'cancel-fails-phone');
  await toggleIncident('Cancel fails');
});

test('an answer of the venue that is none verifies nothing', async () => {
  await turnBothOn();
  await toggleIncident('Venue answers with an error');
  const { page, report, title } = await haltAsCarol(PHONE);
  expect(title).toContain('HALT NOT VERIFIED');
  expect(await report.textContent()).toContain('what rests there is unknown');
  await keep(page, 'venue-error-phone');
  await toggleIncident('Venue answers with an error');
});

test('what is held is closed after one question, once, and the result stands in the report', async () => {
  await turnBothOn();
  const { page, report } = await haltAsCarol(PHONE);
  await report.getByRole('button', { name: 'Close all positions' }).click();
  await keep(page, 'flatten-question-phone');
  await page.getByRole('dialog').getByRole('button', { name: 'Close them' }).click();
  await report.getByText('all positions were closed: nothing is held').waitFor();
  await keep(page, 'flatten-done-phone');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
});

interface Halted {
  readonly page: Page;
  /** The halt's own report, when its observation has ended. */
  readonly report: Locator;
  readonly title: string;
}

async function haltAsCarol(viewport: typeof WIDE): Promise<Halted> {
  const page = await browser.open(`${demo.pageUrl}?user=U0CAROL&channel=C0RELEASES`, viewport);
  await typeCommand(page, '/lobml rollback');
  await page.getByRole('button', { name: 'Disable now' }).last().click();
  halts += 1;
  const heading = page.getByRole('heading', { name: REPORT });
  const report = page
    .getByTestId('message')
    .filter({ has: heading })
    .nth(halts - 1);
  await report.getByRole('button', { name: 'Add reason' }).waitFor({ timeout: END_TIMEOUT_MS });
  return { page, report, title: (await report.getByRole('heading').first().textContent()) ?? '' };
}

/** Where somebody wants to look at it. */
async function keep(page: Page, name: string): Promise<void> {
  const kept = process.env['SCREENSHOTS'];
  if (kept === undefined) return;
  await mkdir(kept, { recursive: true });
  await page.screenshot({ path: join(kept, `${name}.png`), fullPage: true });
}

/** On a wide screen. */
async function toggleIncident(title: string) {
  const page = await browser.open(`${demo.pageUrl}?user=U0CAROL&channel=C0RELEASES`, WIDE);
  await switchIncident(page, 'live', title);
  await page.close();
}

async function turnBothOn(): Promise<void> {
  for (const host of ['live-1', 'live-2']) await turnOnByHand(demo.path, host);
}

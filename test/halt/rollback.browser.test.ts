import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import type { Page } from 'playwright-core';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { ENABLED_FLAG, environmentFileOf, switchIncident, turnOnByHand } from '../support/incident-page.js';
import { typeCommand } from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

/** The demo observes for 20 s after a halt. */
const PROOF_TIMEOUT_MS = 120_000;

const browser = startTestBrowser();
const demo = useDemo({ LOCALE: 'en' });

test('a service that ignores its flag: the first line says so, and what to do by hand follows', async () => {
  await toggleIncident('live-1', 'Service ignores the flag');
  const page = await openAsCarol();
  await offerButtons(page);
  await page.getByRole('button', { name: 'Disable now' }).last().click();
  const report = reportOf(page, 'HALT NOT VERIFIED');
  await report.waitFor({ timeout: PROOF_TIMEOUT_MS });
  expect(await firstLine(page, 'HALT NOT VERIFIED')).toMatch(/HALT NOT VERIFIED · live$/);
  expect(await report.textContent()).toMatch(/NEW ENTR(Y|IES) since/);
  expect(await report.textContent()).toContain('On live-1:');
  await report.getByRole('button', { name: 'Stop the service' }).waitFor();
  expect(await isFlagOn('live-1')).toBe(false);
  await expectNothingWiderThanThePhone(page);
  // The observation has ended: until then a click would join this halt.
  await report.getByRole('button', { name: 'Add reason' }).waitFor({ timeout: PROOF_TIMEOUT_MS });
  await toggleIncident('live-1', 'Service ignores the flag');
});

test('without the incident the same click is proved, also with the database of the bot away', async () => {
  // Both are restarted: the process of live-1 was started with the fault and keeps it.
  await Promise.all(['live-1', 'live-2'].map((host) => turnOnByHand(demo.path, host)));
  const page = await openAsCarol();
  await offerButtons(page);
  const restore = await takeDatabaseAway();
  try {
    await page.getByRole('button', { name: 'Disable now' }).last().click();
    await reportOf(page, 'HALTED - VERIFIED').waitFor({ timeout: PROOF_TIMEOUT_MS });
    expect(await firstLine(page, 'HALTED - VERIFIED')).toMatch(/HALTED - VERIFIED · live$/);
    expect(await isFlagOn('live-2')).toBe(false);
    await expectNothingWiderThanThePhone(page);
  } finally {
    await restore();
  }
});

test('from a terminal', async () => {
  await turnOnByHand(demo.path, 'live-1');
  const { exitCode, stdout } = await demo.lobml('rollback', 'live', '--disable', '--reason', 'a drill');
  expect(stdout).toContain('HALTED - VERIFIED');
  expect(exitCode).toBe(0);
  expect(await isFlagOn('live-1')).toBe(false);
});

const openAsCarol = () => browser.open(`${demo.pageUrl}?user=U0CAROL&channel=C0RELEASES`, PHONE);

const reportOf = (page: Page, title: string) =>
  page
    .getByTestId('message')
    .filter({ hasText: `${title} · live` })
    .last();

async function offerButtons(page: Page) {
  await typeCommand(page, '/lobml rollback');
  await page.getByRole('button', { name: 'Disable now' }).last().waitFor();
}

async function firstLine(page: Page, title: string): Promise<string> {
  const text = await reportOf(page, title).getByRole('heading').first().textContent();
  return text?.trim() ?? '';
}

async function expectNothingWiderThanThePhone(page: Page) {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
}

/** On a wide screen. */
async function toggleIncident(host: string, title: string) {
  const page = await browser.open(`${demo.pageUrl}?user=U0CAROL&channel=C0RELEASES`, WIDE);
  await switchIncident(page, host, title);
  await page.close();
}

async function isFlagOn(host: string): Promise<boolean> {
  return (await readFile(environmentFileOf(demo.path, host), 'utf8')).includes(`${ENABLED_FLAG}=true`);
}

/** The bot's own database lets nobody in; the trading database, on the same server, goes on. */
async function takeDatabaseAway(): Promise<() => Promise<void>> {
  const variables = parseEnv(await readFile(join(demo.path, '.data', 'demo', 'terminal.env'), 'utf8'));
  const url = new URL(variables['DATABASE_URL'] ?? '');
  const database = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const allow = (isAllowed: boolean) =>
    client.query(`ALTER DATABASE ${pg.escapeIdentifier(database)} ALLOW_CONNECTIONS ${isAllowed}`);
  await allow(false);
  await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
  return async () => {
    await allow(true);
    await client.end();
  };
}

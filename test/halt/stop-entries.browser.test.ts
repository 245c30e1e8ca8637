import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { messages, typeCommand } from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

/** The demo observes for 20 s after a halt. */
const PROOF_TIMEOUT_MS = 120_000;

const browser = startTestBrowser();
const demo = useDemo({ LOCALE: 'en' });

const asCarol = (size: typeof WIDE) => browser.open(`${demo.pageUrl}?user=U0CAROL&channel=C0RELEASES`, size);
const environment = () =>
  readFile(join(demo.path, '.data', 'demo', 'hosts', 'policy-1', 'env', 'crypto-policy.env'), 'utf8');

test('one click ends the entries of the second strategy, the message calls it that, and a disable follows', async () => {
  const page = await asCarol(WIDE);
  await typeCommand(page, '/lobml rollback policy');
  const form = messages(page, 'Rollback · policy');
  await form.getByRole('button', { name: 'Stop entries' }).click();
  const report = messages(page, 'ENTRIES STOPPED - VERIFIED · policy');
  await report.waitFor({ timeout: PROOF_TIMEOUT_MS });
  expect(await report.textContent()).toContain('Entries end, exits go on');
  expect(await report.textContent()).not.toContain('HALTED');
  expect(await environment()).toMatch(/^PLOY_CRYPTO_RL_POLICY__CLOSE_ONLY=true$/m);
  expect(await environment()).toMatch(/^PLOY_CRYPTO_RL_POLICY__TRADE="?true"?$/m);
  await typeCommand(page, '/lobml status policy');
  await messages(page, /ENTRIES STOPPED by .*exits go on/).waitFor({ timeout: PROOF_TIMEOUT_MS });
  await typeCommand(page, '/lobml rollback live --stop-entries');
  const refused = messages(page, 'names no values that end entries alone');
  await refused.getByRole('button', { name: 'Disable now' }).waitFor({ timeout: PROOF_TIMEOUT_MS });
  expect(await refused.getByRole('button', { name: 'Stop entries' }).count()).toBe(0);

  const phone = await asCarol(PHONE);
  const shown = messages(phone, 'ENTRIES STOPPED - VERIFIED · policy');
  await shown.waitFor();
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
  await shown.getByRole('button', { name: 'Disable now' }).click();
  await messages(phone, 'HALTED - VERIFIED · policy').waitFor({ timeout: PROOF_TIMEOUT_MS });
  expect(await environment()).toMatch(/^PLOY_CRYPTO_RL_POLICY__TRADE=false$/m);
});

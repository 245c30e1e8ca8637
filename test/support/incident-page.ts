import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { editEnvironmentFile } from '../../src/hosts/environment/environment-edit.js';

/** Turns an incident of a host or a target on or off, in the page's own menu, and waits until it is so. */
export async function switchIncident(page: Page, where: string, title: string): Promise<void> {
  const menu = page.getByRole('region', { name: where, exact: true });
  if (!(await menu.isVisible())) await page.getByRole('button', { name: /^Incidents/ }).click();
  const toggle = menu.getByRole('switch', { name: title, exact: true });
  const after = (await toggle.getAttribute('aria-checked')) === 'true' ? 'false' : 'true';
  await toggle.click();
  await menu.locator(`[role=switch][aria-checked=${after}]`).and(toggle).waitFor();
}

export const ENABLED_FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';

/** The file of a host of `live` in which its flag stands. */
export const environmentFileOf = (demoFolder: string, host: string): string =>
  join(demoFolder, '.data', 'demo', 'hosts', host, 'env', 'crypto-live.env');

/** As nobody should do it: without a release, and without a restart. */
export async function turnOnByHand(demoFolder: string, host: string): Promise<void> {
  const path = environmentFileOf(demoFolder, host);
  const on = new Map([[ENABLED_FLAG, 'true']]);
  await writeFile(path, editEnvironmentFile(await readFile(path, 'utf8'), on));
}

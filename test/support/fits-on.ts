import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { PHONE } from './browser.js';

/** Neither the message nor the page is wider than a phone. */
export async function fitsOn(page: Page, message: Locator): Promise<void> {
  const box = await message.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? PHONE.width + 1)).toBeLessThanOrEqual(PHONE.width);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
}

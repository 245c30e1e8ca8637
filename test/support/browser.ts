import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The sizes that the page is looked at in. */
export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Without these, Chromium asks servers of its maker at every start, and cannot run as root. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const ACTION_TIMEOUT_MS = 60_000;

export interface TestBrowser {
  /** Opens an address in a context of its own (no cookies, nothing stored), closed after the test. */
  open(url: string, viewport?: { width: number; height: number }): Promise<Page>;
}

/**
 * Starts one Chromium for the test file. An uncaught error in a page fails the test that opened it. Debian's headless
 * shell draws the same for half the work of the whole browser; `CHROMIUM` names another binary.
 */
export function startTestBrowser(): TestBrowser {
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  const pageErrors: Error[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
      args: FLAGS,
    });
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    const [first] = pageErrors.splice(0);
    if (first) {
      throw first;
    }
  });
  afterAll(() => browser?.close());

  return {
    open: async (url, viewport = WIDE) => {
      const context = await browser.newContext({ viewport });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(ACTION_TIMEOUT_MS);
      page.on('pageerror', (error) => pageErrors.push(error));
      await page.goto(url);
      return page;
    },
  };
}

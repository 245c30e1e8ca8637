import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { createEvidenceStage, type EvidenceStage } from './support/evidence-stage.js';

const browser = startTestBrowser();
let stage: EvidenceStage;
beforeAll(async () => {
  stage = await createEvidenceStage();
});
afterAll(() => stage.world.end());

test.each(['release', 'halt'] as const)(
  'the page of a %s reads on a screen, on a phone and on A4',
  async (kind) => {
    const folder = stage.path(`page-${kind}`);
    await stage.type([kind === 'release' ? stage.releaseId : stage.haltId, '--out', folder]);
    const url = pathToFileURL(`${folder}/index.html`).href;
    for (const size of [WIDE, PHONE]) {
      const page = await browser.open(url, size);
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => void dialogs.push(dialog.message()));
      expect(await page.locator('script').count()).toBe(0);
      expect(await page.locator('h1').innerText()).toContain(`Evidence of a ${kind} · s · live`);
      const [scroll, wide] = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      );
      expect(scroll).toBeLessThanOrEqual(wide);
      expect(dialogs).toEqual([]);
    }
    const page = await browser.open(url);
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    // Each page of A4 is 595 × 842 points: nothing asked for another paper.
    expect(pdf.toString('latin1')).toMatch(/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
    expect(await readFile(`${folder}/index.html`, 'utf8')).not.toMatch(/(?:src|href)=/);
  },
);

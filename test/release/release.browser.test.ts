import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { PHONE, startTestBrowser, WIDE } from '../support/browser.js';
import { fitsOn } from '../support/fits-on.js';
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

/** A release with two hosts and four checkpoints. */
const RELEASE_TIMEOUT_MS = 200_000;
/** What goes through a job of the bot, on a machine that is busy. */
const JOB = { timeout: 120_000 };
const BROKEN_BINARY = 'ploy-0.9.5';
const PREFIX = 'PLOY_CRYPTO_LOB_ML__';

const browser = startTestBrowser();
const demo = useDemo({ DEMO_CHECKPOINT_MINUTES: '0.1,0.2' });

const hostFile = (host: string, ...path: string[]) =>
  join(demo.path, '.data', 'demo', 'hosts', host, ...path);
const environmentOf = (host: string) => readFile(hostFile(host, 'env', 'crypto-live.env'), 'utf8');
const sha256Of = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

const as = (person: string, viewport = WIDE, channel = 'C0RELEASES') =>
  browser.open(`${demo.pageUrl}?user=U0${person.toUpperCase()}&channel=${channel}`, viewport);

async function openForm(page: Page): Promise<Locator> {
  await typeCommand(page, '/lobml deploy live');
  return deployForm(page);
}

/** From the title of a request to its decisions: what changes, the evidence, and who is missing stand between them. */
async function fitsOneScreen(page: Page, request: Locator): Promise<void> {
  const room = (await page.getByRole('log').first().boundingBox())?.height ?? 0;
  const whole = await request.boundingBox();
  expect(whole?.height).toBeLessThanOrEqual(room);
  for (const seen of [/Approvals 0 of 2/, /checks of the planned state pass/, /lob_tcn_5m_v4\.onnx/])
    expect(await request.getByText(seen).first().isVisible()).toBe(true);
}

describe('a release from the page', () => {
  test('form, plan, two approvals, the canary first, and confirmed', async () => {
    const alice = await as('alice');
    const form = await openForm(alice);
    expect(await form.getByRole('textbox', { name: 'Version' }).inputValue()).toBe('lob-tcn-5m-v4');
    const plan = await requestFrom(alice, form, 'Better AUC');
    expect(plan).toMatch(/live-1 \(canary\), then live-2.*lob_tcn_5m_v3\.onnx → .*lob_tcn_5m_v4\.onnx/s);
    expect(plan).toContain('Checked again 0.1, 0.2 min after the start');

    await requestOn(alice).getByRole('button', { name: 'Approve' }).click();
    await alice.getByText('your approval cannot count').waitFor(JOB);
    const [bob, carol] = [await as('bob', PHONE), await as('carol')];
    await fitsOn(bob, requestOn(bob));
    await fitsOneScreen(bob, requestOn(bob));
    await approve(bob, 'Approvals 1 of 2');
    await approve(carol, 'Approvals 2 of 2');
    await start(carol);

    const canary = messages(
      carol,
      /live-1 \(canary\).*✓ proof of start.*live-2.*waiting: .*stage the model/s,
    );
    await canary.waitFor({ timeout: RELEASE_TIMEOUT_MS });
    const confirmed = messages(carol, 'Confirmed · crypto_lob_ml · live');
    await confirmed.waitFor({ timeout: RELEASE_TIMEOUT_MS });
    const words = (await confirmed.textContent()) ?? '';
    expect(words).toContain('checks 0.1, 0.2 min after the start');
    expect(words.match(/loaded lob-ml onnx model/g)).toHaveLength(2);
    expect(words.match(/✓ checks after 0\.[12] min · [^○✗]*?GO/g)).toHaveLength(3);
    await fitsOn(bob, messages(bob, 'Confirmed · crypto_lob_ml · live'));

    const request = requestOn(alice);
    await request.getByText('The deploy has ended: Confirmed').waitFor();
    expect(await request.getByRole('button').allTextContents()).not.toContain('Approve');
    for (const host of ['live-1', 'live-2']) {
      expect(await environmentOf(host)).toContain(`${PREFIX}MODEL_VERSION=lob-tcn-5m-v4`);
    }
  });

  test('a program that ends at once is put back, with its last words, before the other host is touched', async () => {
    const staging = join(demo.path, '.data', 'demo', 'hosts', 'staging', BROKEN_BINARY);
    const script =
      '#!/bin/sh\necho "ERROR ploy 0.9.5 cannot read MODEL_PATH: unknown operator" >&2\nexit 3\n';
    await writeFile(staging, script, { mode: 0o755 });
    const binary = hostFile('live-1', 'bin', 'ploy');
    const before = [await sha256Of(binary), await environmentOf('live-1'), await environmentOf('live-2')];

    const alice = await as('alice');
    const form = await openForm(alice);
    await form.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'Keep the present model' });
    await form.getByRole('textbox', { name: 'Version' }).waitFor({ state: 'detached' });
    await form.getByRole('combobox', { name: 'Binary' }).selectOption({ label: BROKEN_BINARY });
    await requestFrom(alice, form, 'A newer program');
    const [bob, carol] = [await as('bob', PHONE), await as('carol')];
    await approve(carol, 'Approvals 1 of 2');
    await approve(bob, 'Approvals 2 of 2');
    await start(bob);

    const reverted = messages(carol, 'Put back · crypto_lob_ml · live');
    await reverted.waitFor({ timeout: RELEASE_TIMEOUT_MS });
    const words = (await reverted.textContent()) ?? '';
    expect(words).toContain('live-1 did not come up: the process ended');
    expect(words).toContain('ERROR ploy 0.9.5 cannot read MODEL_PATH: unknown operator');
    expect(words).toMatch(/✓ put the previous state back · .* · restarted with it/);
    expect(words).toMatch(/live-2\s+– left out: .*stage the binary/);
    expect([await sha256Of(binary), await environmentOf('live-1'), await environmentOf('live-2')]).toEqual(
      before,
    );
    expect(before[1]).toContain(`${PREFIX}ENABLED=true`);

    await fitsOn(bob, messages(bob, 'Put back · crypto_lob_ml · live'));
    const incidents = await as('carol', WIDE, 'C0INCIDENTS');
    await messages(incidents, 'cannot read MODEL_PATH')
      .getByRole('button', { name: 'Disable now' })
      .waitFor();
  });
});

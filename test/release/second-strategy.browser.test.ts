import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startTestBrowser, WIDE } from '../support/browser.js';
import { approve, deployForm, messages, requestFrom, start, typeCommand } from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

const RELEASE_TIMEOUT_MS = 200_000;

const browser = startTestBrowser();
const demo = useDemo({ DEMO_CHECKPOINT_MINUTES: '0.1,0.2' });

const as = (person: string) =>
  browser.open(`${demo.pageUrl}?user=U0${person.toUpperCase()}&channel=C0RELEASES`, WIDE);

test('the model that waits for the second strategy is deployed by its own runbook, and confirmed', async () => {
  const alice = await as('alice');
  await typeCommand(alice, '/lobml deploy policy');
  const form = await deployForm(alice, 'policy');
  expect(await form.getByRole('textbox', { name: 'Version' }).inputValue()).toBe('p2');
  const plan = await requestFrom(alice, form, 'A better policy', 'policy');
  expect(plan).toMatch(/policy_p1\.onnx → .*policy_p2\.onnx/s);
  const carol = await as('carol');
  await approve(carol, 'Approvals 1 of 1');
  await start(carol);
  await messages(carol, 'Confirmed · crypto_rl_policy · policy').waitFor({ timeout: RELEASE_TIMEOUT_MS });
  const host = join(demo.path, '.data', 'demo', 'hosts', 'policy-1');
  const environment = await readFile(join(host, 'env', 'crypto-policy.env'), 'utf8');
  expect(environment).toMatch(/^PLOY_CRYPTO_RL_POLICY__POLICY_VERSION=p2$/m);
  expect(environment).toMatch(/^PLOY_CRYPTO_RL_POLICY__POLICY_PATH=.*policy_p2\.onnx"?$/m);
  expect(await readFile(join(host, 'log', 'journal.log'), 'utf8')).toContain(
    'loaded policy policy_version=p2',
  );
});

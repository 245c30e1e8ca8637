import { expect, test } from '@jest/globals';
import { startTestBrowser, WIDE } from '../support/browser.js';
import { approve, deployForm, messages, requestFrom, start, typeCommand } from '../support/release-page.js';
import { useDemo } from '../support/use-demo.js';

/** The demo's trainer pauses between epochs, so that its progress can be watched. */
const TRAINING_TIMEOUT_MS = 200_000;
const RELEASE_TIMEOUT_MS = 200_000;

const browser = startTestBrowser();
const demo = useDemo({ DEMO_CHECKPOINT_MINUTES: '0.1,0.2' });

const as = (person: string) =>
  browser.open(`${demo.pageUrl}?user=U0${person.toUpperCase()}&channel=C0RELEASES`, WIDE);

test('from /lobml train to a confirmed deploy of exactly the model that was trained', async () => {
  const dave = await as('dave');
  await typeCommand(dave, '/lobml train 5m');
  await dave.getByText('You may not start, override or cancel a training.').waitFor({ timeout: 60_000 });

  const alice = await as('alice');
  await typeCommand(alice, '/lobml train 5m');
  await messages(alice, /Training 5m.*%/s).waitFor({ timeout: TRAINING_TIMEOUT_MS });
  const trained = messages(alice, 'Model trained · 5m');
  await trained.waitFor({ timeout: TRAINING_TIMEOUT_MS });
  const result = (await trained.textContent()) ?? '';
  expect(result).toMatch(/Metric.*New model.*Running model.*AUC/s);
  const [name] = result.match(/lob_tcn_5m_\d{8}-\d{6}\.onnx/) ?? [];
  const [sha256] = result.match(/[0-9a-f]{64}/) ?? [];
  if (name === undefined || sha256 === undefined) throw new Error(`no staged model is named: ${result}`);

  await trained.getByRole('button', { name: 'Request deploy' }).click();
  const form = await deployForm(alice);
  expect(await form.getByRole('textbox', { name: 'Version' }).inputValue()).toBe(name.replace('.onnx', ''));
  const plan = await requestFrom(alice, form, 'Trained today');
  expect(plan).toContain(name);
  expect(plan).toContain(sha256.slice(0, 12));

  const [bob, carol] = [await as('bob'), await as('carol')];
  await approve(bob, 'Approvals 1 of 2');
  await approve(carol, 'Approvals 2 of 2');
  await start(carol);
  const confirmed = messages(carol, 'Confirmed · crypto_lob_ml · live');
  await confirmed.waitFor({ timeout: RELEASE_TIMEOUT_MS });
  // Staged on both hosts.
  expect((await confirmed.textContent())?.split(sha256.slice(0, 12))).toHaveLength(3);
}, 600_000);

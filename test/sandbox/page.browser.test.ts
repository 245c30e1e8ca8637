import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { App } from '@slack/bolt';
import type { Page } from 'playwright-core';
import { createLocalSlack, type LocalSlack } from '../../sandbox/slack/local-slack.js';
import { PHONE, startTestBrowser } from '../support/browser.js';
import { startReleaseApp } from './release-app.js';

const CHANNEL = 'C0RELEASES';
const browser = startTestBrowser();
let slack: LocalSlack;
let app: App;

// Built here, because no demo is started that would build it.
beforeAll(() =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, '../../sandbox/slack/page/build.mjs')]),
);

beforeEach(async () => {
  slack = createLocalSlack({
    staticFolder: join(import.meta.dirname, '../../dist/sandbox/slack/page'),
    rateLimits: false,
    commands: [
      {
        command: '/lobml',
        description: 'Release captain',
        usageHint: '[precheck|help]',
        hints: [
          { text: 'help', description: 'What it can do' },
          { text: 'precheck', description: 'Configuration and data' },
        ],
      },
    ],
  });
  await slack.start();
  app = await startReleaseApp(slack);
});

afterEach(async () => {
  await app.stop();
  // A connection cut during its closing handshake keeps a timer of the client alive for 30 s.
  await slack.waitFor(() => !slack.botConnected);
  await slack.stop();
});

function openAs(user: string, viewport?: { width: number; height: number }): Promise<Page> {
  return browser.open(`${slack.pageUrl}?user=${user}&channel=${CHANNEL}`, viewport);
}

function composer(page: Page) {
  return page.getByRole('textbox', { name: 'Message #trading-releases' });
}

async function precheck(page: Page) {
  await composer(page).fill('/lobml precheck');
  await composer(page).press('Enter');
  const report = page.getByTestId('message').filter({ hasText: 'NO-GO' });
  await report.waitFor();
  return report;
}

describe('typing a command', () => {
  test('the hint list narrows while one types, and the chosen hint is sent to the bot', async () => {
    const page = await openAs('U0ALICE');
    await composer(page).fill('/');
    const hints = page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
    expect(await hints.count()).toBe(3);
    await composer(page).fill('/lobml p');
    expect(await hints.allTextContents()).toEqual([expect.stringContaining('/lobml precheck')]);
    await composer(page).press('ArrowDown');
    await composer(page).press('Enter');
    expect(await composer(page).inputValue()).toBe('/lobml precheck ');
    await composer(page).press('Enter');
    await page.getByTestId('message').filter({ hasText: 'NO-GO' }).waitFor();
    expect(await composer(page).inputValue()).toBe('');
  });

  test('a command that Slack does not know is reported to its sender alone', async () => {
    const alice = await openAs('U0ALICE');
    const bob = await openAs('U0BOB');
    await composer(alice).fill('/unknown');
    await composer(alice).press('Enter');
    await alice.getByTestId('notice').filter({ hasText: '/unknown' }).waitFor();
    expect(await bob.getByTestId('notice').count()).toBe(0);
  });
});

describe('a message of the bot', () => {
  test('times stay whole, mentions become names, and numbers in tables are drawn', async () => {
    const report = await precheck(await openAs('U0ALICE'));
    const text = await report.textContent();
    expect(text).toContain('Silent since 14:01:52');
    expect(text).toContain('@alice');
    expect(text).toContain('#trading-releases');
    expect(await report.getByRole('cell', { name: '74.2 s' }).count()).toBe(1);
  });

  test('a button with a confirm dialog acts after the yes, and the message changes in place', async () => {
    const page = await openAs('U0ALICE');
    const report = await precheck(page);
    await report.getByRole('button', { name: 'Roll back' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disable live?' });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect(await dialog.count()).toBe(0);
    await report.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByRole('button', { name: 'Disable now' }).click();
    const disabled = page.getByTestId('message').filter({ hasText: 'Disabled by @alice' });
    await disabled.waitFor();
    expect(await page.getByTestId('message').count()).toBe(1);
    expect(await disabled.textContent()).toContain('(edited)');
  });

  test('a choice in a select reaches the bot with its option', async () => {
    const page = await openAs('U0ALICE');
    const report = await precheck(page);
    await report.getByRole('combobox', { name: 'Another target' }).selectOption('paper');
    await page.getByTestId('message').filter({ hasText: 'chosen: paper' }).waitFor();
  });
});

test('a modal shows the errors of the bot, keeps what was typed, and sends every value', async () => {
  const page = await openAs('U0ALICE');
  const report = await precheck(page);
  await report.getByRole('button', { name: 'Deploy' }).click();
  const modal = page.getByRole('dialog', { name: 'Deploy to live' });
  await modal.getByRole('textbox', { name: 'Model version' }).fill('v9');
  await modal.getByRole('button', { name: 'Request' }).click();
  await modal.getByText('Please complete this required field.').first().waitFor();
  await modal.getByRole('textbox', { name: 'Reason' }).fill('retrained');
  await modal.getByRole('radio', { name: 'Now' }).check();
  await modal.getByRole('checkbox', { name: 'bob' }).check();
  await modal.getByRole('button', { name: 'Request' }).click();
  await modal.getByText('A version starts with lob-').waitFor();
  expect(await modal.getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('retrained');
  await modal.getByRole('textbox', { name: 'Model version' }).fill('lob-9');
  await modal.getByRole('button', { name: 'Request' }).click();
  await page.getByTestId('message').filter({ hasText: 'lob-9, retrained, now, U0BOB, 336' }).waitFor();
  expect(await modal.count()).toBe(0);
});

test('an ephemeral message is seen by its reader only, and is gone after a reload', async () => {
  const alice = await openAs('U0ALICE');
  const bob = await openAs('U0BOB');
  await composer(alice).fill('/lobml help');
  await composer(alice).press('Enter');
  await alice.getByText('Only visible to you').waitFor();
  const report = await precheck(alice);
  await bob.getByTestId('message').filter({ hasText: 'NO-GO' }).waitFor();
  expect(await bob.getByTestId('message').count()).toBe(1);
  await alice.reload();
  await report.waitFor();
  expect(await alice.getByText('Only visible to you').count()).toBe(0);
});

test('a reply stands in its thread and is counted under its message', async () => {
  const page = await openAs('U0BOB');
  const report = await precheck(page);
  await report.getByRole('button', { name: 'Reply in thread' }).click();
  const thread = page.getByRole('complementary', { name: 'Thread' });
  await thread.getByRole('textbox', { name: 'Reply in the thread' }).fill('looking');
  await page.keyboard.press('Enter');
  await thread.getByTestId('message').filter({ hasText: 'looking' }).waitFor();
  await report.getByRole('button', { name: '1 reply' }).waitFor();
  expect(
    await page.getByRole('log', { name: 'Messages in #trading-releases' }).getByText('looking').count(),
  ).toBe(0);
});

test('the menus ask for incidents and faults, and show what is on', async () => {
  const page = await openAs('U0ALICE');
  slack.setIncidents([
    { id: 'feed', title: 'Stop the feed', description: 'No rows.', active: false, host: 'live' },
  ]);
  slack.onIncident(({ active }) =>
    slack.setIncidents([
      { id: 'feed', title: 'Stop the feed', description: 'No rows.', active, host: 'live' },
    ]),
  );
  await page.getByRole('button', { name: 'Incidents', exact: true }).click();
  await page.getByRole('switch', { name: 'Stop the feed' }).click();
  await page.getByRole('switch', { name: 'Stop the feed', checked: true }).waitFor();
  await page.getByRole('button', { name: 'Slack misbehaves' }).click();
  await page.getByRole('spinbutton', { name: 'Deliver each, times' }).fill('2');
  await page.getByRole('button', { name: 'Misbehave', exact: true }).click();
  await page.getByTestId('faults').getByText('delivered 2 times').waitFor();
  await page.getByRole('button', { name: 'Drop the socket' }).click();
  const lost = page.getByText('The bot is not connected');
  await lost.waitFor();
  await lost.waitFor({ state: 'detached' });
});

test('at phone width the bar is behind a button and nothing is wider than the screen', async () => {
  const page = await openAs('U0ALICE', PHONE);
  await precheck(page);
  const bar = page.getByRole('navigation', { name: 'Workspace' });
  expect(await bar.isVisible()).toBe(false);
  const overflow = await page.evaluate<number>(
    `const log = document.querySelector('[role=log]');
     Math.max(log.scrollWidth - log.clientWidth, document.body.scrollWidth - innerWidth)`,
  );
  expect(overflow).toBe(0);
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await bar.getByRole('button', { name: 'Home' }).click();
  await page.getByTestId('home').getByText('Nothing is running').waitFor();
  expect(await bar.isVisible()).toBe(false);
});

test('what the bot tells one person stands in a conversation of its own, marked until it is read', async () => {
  const page = await openAs('U0DAVE');
  await app.client.chat.postMessage({ channel: 'U0DAVE', text: 'Only operators may do this.' });
  await app.client.chat.postMessage({ channel: 'U0ALICE', text: 'Started for Alice.' });
  const bar = page.getByRole('navigation', { name: 'Workspace' });
  const conversation = bar.getByRole('button', { name: /^lobml/ });
  await bar.getByText('1 new').waitFor();
  expect(await conversation.count()).toBe(1);
  await conversation.click();
  await page
    .getByRole('log', { name: 'Messages in lobml' })
    .getByText('Only operators may do this.')
    .waitFor();
  expect(await bar.getByText('1 new').count()).toBe(0);

  await page.getByRole('combobox', { name: 'I am' }).selectOption('U0ALICE');
  await bar.getByText('1 new').waitFor();
  await conversation.click();
  await page.getByText('Started for Alice.').waitFor();
  expect(await page.getByText('Only operators may do this.').count()).toBe(0);
});

import type { Locator, Page } from 'playwright-core';

/** The newest message of the channel that is shown with this text in it. */
export const messages = (page: Page, text: string | RegExp): Locator =>
  page.getByTestId('message').filter({ hasText: text }).last();

export const requestOn = (page: Page): Locator => messages(page, 'Release request');

/** Work that goes through a job of the queue, on a machine that does other things too. */
const JOB_TIMEOUT_MS = 120_000;

/** Types a slash command into #trading-releases. */
export async function typeCommand(page: Page, command: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message #trading-releases' });
  await composer.fill(command);
  await composer.press('Escape');
  await composer.press('Enter');
}

/** The form of a deploy, once it is filled in by the bot. */
export async function deployForm(page: Page, target = 'live'): Promise<Locator> {
  const form = page.getByRole('dialog', { name: `Deploy · ${target}` });
  await form.getByRole('textbox', { name: 'Why' }).waitFor({ timeout: JOB_TIMEOUT_MS });
  return form;
}

/**
 * The plan of a form that is filled in, and the request in the channel.
 * @returns the words of the plan.
 */
export async function requestFrom(
  page: Page,
  form: Locator,
  reason: string,
  target = 'live',
): Promise<string> {
  await form.getByRole('textbox', { name: 'Why' }).fill(reason);
  await form.getByRole('button', { name: 'Show plan' }).click();
  const plan = page.getByRole('dialog', { name: `Plan · ${target}` });
  const ask = plan.getByRole('button', { name: 'Request approval' });
  await ask.waitFor({ timeout: JOB_TIMEOUT_MS });
  const words = (await plan.textContent()) ?? '';
  await ask.click();
  await page.getByText('The request stands in').waitFor({ timeout: JOB_TIMEOUT_MS });
  await page.keyboard.press('Escape');
  const request = requestOn(page).filter({ hasText: reason });
  await request.getByRole('button', { name: 'Approve' }).waitFor({ timeout: JOB_TIMEOUT_MS });
  return words;
}

/** One click; resolves when the request shows `approvals`. */
export async function approve(page: Page, approvals: string): Promise<void> {
  await requestOn(page).getByRole('button', { name: 'Approve' }).click();
  await requestOn(page).getByText(approvals).waitFor({ timeout: JOB_TIMEOUT_MS });
}

export async function start(page: Page): Promise<void> {
  await requestOn(page).getByRole('button', { name: 'Start deploy' }).click({ timeout: JOB_TIMEOUT_MS });
  await page.getByRole('button', { name: 'Start', exact: true }).click();
}

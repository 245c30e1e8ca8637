import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logPageOf } from '../../src/domain/log-page.js';
import { readProgress } from '../../src/training/read-progress.js';
import { secretValues } from '../../src/training/secret-values.js';
import { fillCommand, modelNameOf } from '../../src/training/trainer-command.js';
import { concealedLog, logTailOf, readLog } from '../../src/training/trainer-log.js';
import { preformatted } from '../../views/blocks.js';

const PATTERNS = [/epoch (?<step>\d+)\/(?<of>\d+)(?: loss=(?<loss>[\d.]+))?/];

describe('progress', () => {
  test.each([
    ['epoch 3/12 loss=0.5\nsaved', 0.25, { loss: '0.5' }, 'saved'],
    ['epoch 3/12\nepoch 4/12\n', 1 / 3, {}, 'epoch 4/12'],
    ['epoch 13/12', 1, {}, 'epoch 13/12'],
    ['epoch 1/0', undefined, {}, 'epoch 1/0'],
    ['no number at all', undefined, {}, 'no number at all'],
    ['', undefined, {}, ''],
  ])('of %j', (log, fraction, figures, lastLine) => {
    expect(readProgress(log, PATTERNS)).toEqual({ fraction, figures, lastLine });
  });
});

const SECRETS = ['top<secret>', 'hush-hush'];

async function readLogPage(folder: string, secrets: readonly string[], page?: number) {
  const log = await readLog(folder);
  return log && logPageOf(await concealedLog(log, secrets), page);
}

async function readTail(folder: string, secrets: readonly string[]) {
  const log = await readLog(folder);
  return log && logTailOf(log, secrets);
}

describe('the log', () => {
  let folder = '';
  const path = () => join(folder, 'trainer.log');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('in pages holds every line once, and cuts none', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => `line ${index} ${'x'.repeat(index % 60)}`);
    await writeFile(path(), `${lines.join('\n')}\n`);
    const last = await readLogPage(folder, SECRETS);
    if (last === undefined) throw new Error('there is no page');
    expect(last.page).toBe(last.pages - 1);
    let text = '';
    for (let page = 0; page < last.pages; page += 1)
      text += (await readLogPage(folder, SECRETS, page))?.text ?? '';
    expect(text).toBe(`${lines.join('\n')}\n`);
  });

  test('hides secrets, colours and what a progress bar wrote over', async () => {
    await writeFile(path(), 'DB_PASSWORD=hunter2\n\u001b[31mred\u001b[0m\n10%\r20%\r30%\n');
    expect(await readTail(folder, SECRETS)).toBe('DB_PASSWORD=[redacted]\nred\n30%\n');
  });

  test('loses nothing on pages where Slack counts a sign for several', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `<${index}> & ${'<&>'.repeat(index)}`);
    await writeFile(path(), lines.join('\n'));
    const pages = (await readLogPage(folder, SECRETS))?.pages ?? 0;
    let text = '';
    for (let page = 0; page < pages; page += 1) {
      const part = (await readLogPage(folder, SECRETS, page))?.text ?? '';
      expect(preformatted(part)).not.toContain('…');
      text += part;
    }
    expect(text).toBe(lines.join('\n'));
  });

  test('hides known secrets also where a page or a line ends within one', async () => {
    await writeFile(path(), `${'x '.repeat(1_347)}top<secret>${'y '.repeat(10_000)}hush-hush\n`);
    const pages = (await readLogPage(folder, SECRETS))?.pages ?? 0;
    let text = '';
    for (let page = 0; page < pages; page += 1)
      text += (await readLogPage(folder, SECRETS, page))?.text ?? '';
    expect(text).toMatch(/^(x )+\[redacted\](y )+…\n$/);
  });

  test('goes on from the former file into the present one', async () => {
    await writeFile(join(folder, 'trainer.log.1'), 'epoch 1/2\n');
    await writeFile(path(), 'epoch 2/2\n');
    expect((await readLogPage(folder, SECRETS))?.text).toBe('epoch 1/2\nepoch 2/2\n');
    expect(await readTail(folder, SECRETS)).toBe('epoch 1/2\nepoch 2/2\n');
  });

  test('that is a pipe is none, and holds no reader', async () => {
    const piped = await mkdtemp(join(tmpdir(), 'log-'));
    execFileSync('mkfifo', [join(piped, 'trainer.log')]);
    expect([await readLogPage(piped, []), await readTail(piped, [])]).toEqual([undefined, undefined]);
    await rm(piped, { recursive: true });
  });

  test('that is not there is no page and no tail', async () => {
    const missing = join(folder, 'none');
    expect([await readLogPage(missing, []), await readTail(missing, [])]).toEqual([undefined, undefined]);
  });
});

test('a command is filled argument by argument; what it is filled with is never read again', () => {
  const values = { horizon: '5m', lookbackHours: '{meta}', output: '/a b', meta: '/m', name: 'n' };
  expect(fillCommand(['x', '--h={horizon}', '{lookbackHours}', '{output}'], values)).toEqual([
    'x',
    '--h=5m',
    '{meta}',
    '/a b',
  ]);
});

test('a model is named after its horizon and its moment', () => {
  expect(modelNameOf('lob_{horizon}_{date}', '15m', new Date('2026-03-01T12:00:09Z'))).toBe(
    'lob_15m_20260301-120009',
  );
});

test('a trainer’s secrets are its variables’ values and what of the bot’s environment is secret', () => {
  const trainer = { KEY: 'first line\nsecond line\n', SHORT: '5m', API_TOKEN: 'abc' };
  const bot = {
    DATABASE_URL: 'postgres://bot:s%21lent@db/state',
    SLACK_BOT_TOKEN: 'xoxb-1-23',
    PORT: '3000',
  };
  expect(secretValues(trainer, bot)).toEqual([
    'postgres://bot:s%21lent@db/state',
    'second line',
    'first line',
    'xoxb-1-23',
    's%21lent',
    's!lent',
    'abc',
  ]);
});

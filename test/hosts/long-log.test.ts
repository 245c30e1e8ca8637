import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { createCommandManager } from '../../src/hosts/managers/command-manager.js';
import { createSystemdManager } from '../../src/hosts/managers/systemd-manager.js';

const LINES = 300_000;
const START = new Date('2026-03-01T12:00:00.000Z');
const LOADED = 'INFO loaded lob-ml onnx model model_path=/m/a.onnx input_dim=8';

/** Prints a log that no memory should hold, says whether anybody read it to its end, and ends on no signal but SIGPIPE's. */
const JOURNAL = `
import { writeSync, writeFileSync } from 'node:fs';
process.on('SIGTERM', () => {});
const [ended, form, loadedAt] = process.argv.slice(2);
const stamp = form === 'plain' ? '2026-03-01T12:00:01.000Z ' : '2026-03-01T12:00:01.000000+0000 live-1 ploy[42]: ';
const put = (text) => {
  for (let bytes = Buffer.from(text); bytes.length > 0; ) {
    try { bytes = bytes.subarray(writeSync(1, bytes)); } catch (error) { if (error.code !== 'EAGAIN') process.exit(1); }
  }
};
for (let line = 0, text = ''; line <= ${LINES}; line++) {
  text += stamp + (line === Number(loadedAt) ? '${LOADED}' : '\\u001b[32mINFO\\u001b[0m tick ' + line) + '\\n';
  if (text.length > 65536 || line === ${LINES}) { put(text); text = ''; }
}
put(stamp);
for (let mebibytes = 0; mebibytes < 50; mebibytes++) put('y'.repeat(2 ** 20));
put('\\n' + stamp + 'Error: Internal("onnx load failed")\\n');
writeFileSync(ended, '');
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-long-log-'));
  await writeFile(join(folder, 'journal.mjs'), JOURNAL);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const runner = createLocalCommandRunner({ host: 'here' });
const find = { line: { message: 'loaded lob-ml onnx model', fields: { model_path: '/m/a.onnx' } } };

function managerOf(kind: 'systemd' | 'command', loadedAt: number) {
  const ended = join(folder, `${kind}-${loadedAt}`);
  const program = (form: string) => [
    process.execPath,
    join(folder, 'journal.mjs'),
    ended,
    form,
    String(loadedAt),
  ];
  const unit = { unit: 'ploy.service', sudo: program('journal'), userManager: false };
  const commands = { status: [], restart: [], stop: [], logs: program('plain') };
  const manager =
    kind === 'systemd'
      ? createSystemdManager(unit, { runner, processes: undefined })
      : createCommandManager(commands, { runner, processes: undefined });
  return { manager, isReadWhole: () => existsSync(ended) };
}

describe.each(['systemd', 'command'] as const)('a log of %s that is far too long to keep', (kind) => {
  test('is read no further than to the loaded line of a process that is at work', async () => {
    const { manager, isReadWhole } = managerOf(kind, 3_000);
    const lines = await manager.logs({
      since: START,
      find: { ...find, endsAfter: START },
      timeoutMs: 60_000,
    });
    expect(lines.at(-1)?.text).toBe(LOADED);
    expect(isReadWhole()).toBe(false);
  });

  test('is read whole where the line is of before the start: its end is kept, and no line is long', async () => {
    const { manager, isReadWhole } = managerOf(kind, LINES / 2);
    const later = new Date(START.getTime() + 2_000);
    const lines = await manager.logs({
      since: START,
      find: { ...find, endsAfter: later },
      timeoutMs: 60_000,
    });
    const texts = lines.map(({ text }) => text);
    expect(texts).toContain(LOADED);
    expect(texts.at(-1)).toBe('Error: Internal("onnx load failed")');
    expect(lines.length).toBeLessThan(5_000);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(4_200);
    expect(isReadWhole()).toBe(true);
  });
});

test('a log of a command is read no further than to where it is asked for', async () => {
  const { manager, isReadWhole } = managerOf('command', -1);
  const until = new Date(START.getTime() + 500);
  expect(await manager.logs({ since: START, until, find, timeoutMs: 60_000 })).toEqual([]);
  expect(isReadWhole()).toBe(false);
});

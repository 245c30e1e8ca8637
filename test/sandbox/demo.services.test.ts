import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDemoFolder, type DemoFolder, startDemo } from '../support/demo.js';

const TEST_TIMEOUT_MS = 200_000;
let folder: DemoFolder;

beforeEach(async () => {
  folder = await createDemoFolder();
});

afterEach(() => folder.remove());

/** The processes whose arguments or environment name the demo's folder: everything that it has started. */
function processesOf(path: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(path)))
    .map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has ended meanwhile
  }
}

async function untilNoneIsLeft(path: string): Promise<number[]> {
  const deadline = Date.now() + 20_000;
  let left = processesOf(path);
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = processesOf(path);
  }
  return left;
}

test(
  'Ctrl-C ends every process, and the demo starts again',
  async () => {
    const first = await startDemo(folder.path);
    expect(processesOf(folder.path).length).toBeGreaterThan(5);
    expect(await first.interrupt()).toBe(0);
    expect(await untilNoneIsLeft(folder.path)).toEqual([]);

    const second = await startDemo(folder.path);
    expect((await second.lobml('precheck', '--json')).exitCode).toBe(0);
    await second.interrupt();
    expect(await untilNoneIsLeft(folder.path)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  'a demo that was killed leaves nothing behind, and the next one starts',
  async () => {
    const killed = await startDemo(folder.path);
    await killed.kill();
    const next = await startDemo(folder.path);
    expect((await next.lobml('precheck', '--json')).exitCode).toBe(0);
    await next.interrupt();
    expect(await untilNoneIsLeft(folder.path)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { beginDemo, createDemoFolder, type DemoFolder, startDemo } from '../support/demo.js';
import { askPage } from '../support/page.js';

const TEST_TIMEOUT_MS = 400_000;
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

async function until<T>(what: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 200_000;
  for (;;) {
    const found = what();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const running = (program: string) =>
  processesOf(folder.path).filter((pid) => read(`/proc/${pid}/cmdline`).includes(program));

test(
  'Ctrl-C ends every process, a trainer too; a demo that was killed leaves nothing behind; each start begins anew',
  async () => {
    const first = await startDemo(folder.path);
    expect(processesOf(folder.path).length).toBeGreaterThan(5);
    await askPage(first.pageUrl, {
      type: 'say',
      user: 'U0CAROL',
      channel: 'C0RELEASES',
      text: '/lobml train 5m --despite-checks demo',
    });
    await until(() => running('trainer/train.js').length > 0);
    const [bot] = running('sandbox/bot-process.js');
    const beside = read(`/proc/${bot}/task/${bot}/children`).trim().split(' ');
    const programs = beside.map((pid) => read(`/proc/${pid}/cmdline`)).join('\n');
    expect(programs).toMatch(/checks-process\.js/);
    expect(programs).toMatch(/hosts-process\.js/);
    expect(await first.interrupt()).toBe(0);
    expect(processesOf(folder.path)).toEqual([]);

    const killed = await startDemo(folder.path);
    const { stdout } = await killed.lobml('precheck', '--json');
    const { runId, verdict }: { runId: string; verdict: string } = JSON.parse(stdout);
    expect(verdict).toBe('GO');
    expect((await killed.lobml('history', '--json')).stdout).toContain(runId);
    const halt = join(killed.variables['DATA_DIR'] ?? '', 'halts', 'of-the-hosts-before.json');
    mkdirSync(dirname(halt), { recursive: true });
    writeFileSync(halt, '{}');
    await killed.kill();

    const next = await startDemo(folder.path);
    expect(existsSync(halt)).toBe(false);
    expect((await next.lobml('history', '--json')).stdout).not.toContain(runId);
    expect((await next.lobml('precheck', '--json')).exitCode).toBe(0);
    await next.interrupt();
    expect(processesOf(folder.path)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  'Ctrl-C is obeyed while it starts',
  async () => {
    for (const step of ['PostgreSQL', 'trading database', 'trading hosts', 'bot']) {
      const starting = beginDemo(folder.path);
      await starting.says(new RegExp(`starting ${step} `));
      expect(await starting.interrupt()).toBe(0);
      expect(starting.output()).not.toMatch(/is ready/);
      expect(processesOf(folder.path)).toEqual([]);
    }
  },
  TEST_TIMEOUT_MS,
);

import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startSandbox } from './sandbox.js';

const DEFAULT_PORT = 4390;

/** `npm run demo`: everything on this machine, until Ctrl-C. */
export async function runDemo(): Promise<void> {
  const startedMs = performance.now();
  const folder = resolve('.data', 'demo');
  const locale = process.env['LOCALE'] === 'zh-CN' ? 'zh-CN' : 'en';
  const stopEarly = new Promise<never>((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(signal)));
  });
  stopEarly.catch(() => {});

  const starting = startSandbox({
    folder,
    port: Number(process.env['DEMO_PORT'] ?? DEFAULT_PORT),
    locale,
    // E.g. 0.1,0.2: for who cannot wait for the minutes of the demo.
    checkpointMinutes: process.env['DEMO_CHECKPOINT_MINUTES']?.split(',').map(Number),
    onStep: (step) => process.stdout.write(`  starting ${step} …\n`),
  });
  const sandbox = await starting;
  const terminalFile = join(folder, 'terminal.env');
  await writeFile(terminalFile, environmentFile(sandbox.botEnvironment), { mode: 0o600 });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`
lobml is ready (${seconds} s). Open   ${sandbox.slack.pageUrl}
and type                     /lobml precheck

In another terminal:         set -a; . ${terminalFile}; set +a; npx lobml precheck
Ctrl-C ends everything.
`);
  try {
    await stopEarly;
  } catch {
    process.stdout.write('\nending …\n');
  }
  await sandbox.close();
}

function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

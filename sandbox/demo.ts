import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startSandbox } from './sandbox.js';

const DEFAULT_PORT = 4390;

/** `npm run demo`: everything on this machine, until Ctrl-C. */
export async function runDemo(): Promise<void> {
  const startedMs = performance.now();
  const folder = resolve('.data', 'demo');
  const locale = process.env['LOCALE'] === 'zh-CN' ? 'zh-CN' : 'en';
  const watch = process.env['DEMO_WATCH'] || undefined;
  const stopping = stopOnSignals();
  const sandbox = await startSandbox({
    folder,
    port: Number(process.env['DEMO_PORT'] ?? DEFAULT_PORT),
    locale,
    // E.g. 0.1,0.2: for who cannot wait for the minutes of the demo.
    checkpointMinutes: process.env['DEMO_CHECKPOINT_MINUTES']?.split(',').map(Number),
    promotes: process.env['DEMO_PROMOTION'] !== 'off',
    watches: watch !== 'off',
    // E.g. 3: for who cannot wait for half a minute.
    watchEverySecs: watch === undefined || watch === 'off' ? undefined : Number(watch),
    onStep: (step) => process.stdout.write(`  starting ${step} …\n`),
    signal: stopping,
  }).catch((error: unknown) => {
    // An aborted start rejects; that something could not be stopped is reported all the same.
    if (!stopping.aborted || error instanceof AggregateError) throw error;
  });
  if (sandbox === undefined) return;
  const terminalFile = join(folder, 'terminal.env');
  await writeFile(terminalFile, environmentFile(sandbox.botEnvironment), { mode: 0o600 });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`
lobml is ready (${seconds} s). Open   ${sandbox.slack.pageUrl}
and type                     /lobml precheck

In another terminal:         set -a; . ${terminalFile}; set +a; npx lobml precheck
Ctrl-C ends everything.
`);
  if (!stopping.aborted) await once(stopping, 'abort');
  await sandbox.close();
}

/**
 * Stops in order at the first signal. npm forwards a Ctrl-C that the terminal has sent here already: further signals do
 * nothing.
 */
function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!stopping.signal.aborted) process.stdout.write('\nending …\n');
      stopping.abort();
    });
  // The terminal may be gone.
  process.stdout.on('error', () => {});
  return stopping.signal;
}

function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

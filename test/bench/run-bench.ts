import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchSize, boundText, holds, line, type Measurement } from './figure.js';
import { FIGURES } from './figures.js';

const USAGE = `Usage: npm run bench [-- --size small|full] [--only ID]
  --size  small: 100k and 500k rows, for a laptop; full (default): 1M and 5M rows
  --only  one of ${FIGURES.map(({ id }) => id).join(', ')}
`;

/**
 * Measures every figure and prints one line for each on stdout; everything else goes to stderr. A figure that cannot be
 * measured costs the others nothing. The exit code is 1 then, and when a bound is missed, 64 for a wrong argument.
 */
export async function runBench(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options === undefined) {
    process.stderr.write(USAGE);
    process.exitCode = 64;
    return;
  }
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const missed: Measurement[] = [];
  const failed: string[] = [];
  for (const figure of FIGURES.filter(({ id }) => options.only === undefined || id === options.only)) {
    const folder = await mkdtemp(join(tmpdir(), 'lobml-bench-'));
    // PostgreSQL's account must be able to enter, where root measures: then everything goes with the folder.
    await chmod(folder, 0o711);
    try {
      for (const measurement of await figure.measure({ size: options.size, folder, say })) {
        process.stdout.write(`${line(measurement)}\n`);
        if (!holds(measurement)) missed.push(measurement);
      }
    } catch (error) {
      failed.push(`${figure.id} could not be measured: ${reasonOf(error)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  for (const measurement of missed) say(`missed: ${line(measurement)}, expected ${boundText(measurement)}`);
  for (const sentence of failed) say(sentence);
  if (missed.length + failed.length > 0) process.exitCode = 1;
}

/** What `fetch` says itself is only that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${reasonOf(error.cause)})`;
}

function readOptions(argv: readonly string[]): { size: BenchSize; only: string | undefined } | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { size: { type: 'string', default: 'full' }, only: { type: 'string' } },
    });
    const { size, only } = values;
    if (size !== 'small' && size !== 'full') return undefined;
    if (only !== undefined && !FIGURES.some(({ id }) => id === only)) return undefined;
    return { size, only };
  } catch {
    return undefined;
  }
}

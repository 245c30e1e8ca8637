import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const RUNBOOK = 'runbook.yaml';

/**
 * The runbooks that `RUNBOOK_FILE` means, by name: a file, the folder of one strategy, or a folder of such folders.
 * What is none of these is taken for a file: whoever reads it tells what is wrong.
 */
export async function runbookFiles(path: string): Promise<readonly string[]> {
  const inside = await namesIn(path);
  if (inside.includes(RUNBOOK)) return [join(path, RUNBOOK)];
  const found = await Promise.all(
    inside.map(async (name) => ((await namesIn(join(path, name))).includes(RUNBOOK) ? [name] : [])),
  );
  const strategies = found.flat().map((name) => join(path, name, RUNBOOK));
  return strategies.length === 0 ? [path] : strategies;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { findPackageRoot } from '../src/machine/package-root.js';

const RUNBOOK = 'runbooks/crypto_lob_ml/runbook.yaml';

/**
 * The shipped runbook with the sandbox's own trainer in the place of the operators' script; everything else is the
 * same. Written into `folder`, with its statements and the cases of the self-test beside it.
 * @returns the path for RUNBOOK_FILE.
 */
export async function writeDemoRunbook(folder: string): Promise<string> {
  const document = parseDocument(await readFile(join(findPackageRoot(import.meta.url), RUNBOOK), 'utf8'));
  if (!document.hasIn(['training', 'command']))
    throw new Error('the shipped runbook has no training command');
  document.setIn(
    ['training', 'command'],
    [
      process.execPath,
      join(findPackageRoot(import.meta.url), 'dist/sandbox/host/trainer/train.js'),
      ...ARGUMENTS,
    ],
  );
  document.setIn(['training', 'workingFolder'], folder);
  document.setIn(['training', 'timeLimitMinutes'], 5);
  document.setIn(['training', 'progress'], [PROGRESS]);
  const path = join(folder, basename(RUNBOOK));
  await writeFile(path, document.toString({ lineWidth: 0 }));
  const shipped = join(findPackageRoot(import.meta.url), dirname(RUNBOOK));
  const beside = (await readdir(shipped)).filter((name) => name !== basename(RUNBOOK));
  for (const name of beside) await copyFile(join(shipped, name), join(folder, name));
  return path;
}

const ARGUMENTS = [
  '--source',
  'sync_records',
  '--horizon',
  '{horizon}',
  '--lookback-hours',
  '{lookbackHours}',
  '--output',
  '{output}',
  '--meta',
  '{meta}',
  '--version',
  '{name}',
];

const PROGRESS =
  'epoch (?<step>\\d+)/(?<of>\\d+) loss=(?<loss>[\\d.]+) val_loss=(?<val_loss>[\\d.]+) acc=(?<acc>[\\d.]+)';

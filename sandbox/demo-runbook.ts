import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { findPackageRoot } from '../src/machine/package-root.js';

const TRAINED = 'crypto_lob_ml/runbook.yaml';

/**
 * The shipped runbook with the sandbox's own trainer in the place of the operators' script, everything else the same,
 * and the runbook of the second strategy; in a folder of `folder`, each with what stands beside it.
 * @returns that folder, for RUNBOOK_FILE.
 */
export async function writeDemoRunbooks(folder: string): Promise<string> {
  const root = findPackageRoot(import.meta.url);
  const runbooks = join(folder, 'runbooks');
  await rm(runbooks, { recursive: true, force: true });
  // A link of one to a file of the other leads nowhere from there.
  for (const shipped of ['runbooks', 'sandbox/runbooks'])
    await cp(join(root, shipped), runbooks, { recursive: true, dereference: true });
  const path = join(runbooks, TRAINED);
  const document = parseDocument(await readFile(path, 'utf8'));
  if (!document.hasIn(['training', 'command']))
    throw new Error('the shipped runbook has no training command');
  document.setIn(
    ['training', 'command'],
    [process.execPath, join(root, 'dist/sandbox/host/trainer/train.js'), ...ARGUMENTS],
  );
  document.setIn(['training', 'workingFolder'], folder);
  document.setIn(['training', 'timeLimitMinutes'], 5);
  document.setIn(['training', 'progress'], [PROGRESS]);
  // The demo’s market is hours old: every model of it would be one of too little data.
  document.setIn(['params', 'modelDataSpanMinHours'], 0.1);
  await writeFile(path, document.toString({ lineWidth: 0 }));
  return runbooks;
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

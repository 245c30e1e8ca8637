import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { evidenceVerify } from '../../commands/evidence.js';
import { help, subcommands } from '../../commands/index.js';
import { rollback } from '../../commands/rollback.js';
import { selftest } from '../../commands/selftest.js';
import { runTerminal } from '../../src/app/cli.js';
import { unknownSubcommandView } from '../../views/help.js';
import { say } from '../../views/sentence.js';
import { terminalText } from '../../views/terminal.js';
import { createEvidenceStage, type EvidenceStage } from './support/evidence-stage.js';

let stage: EvidenceStage;
const before = { ...process.env };
const [stdout, stderr] = [process.stdout.write, process.stderr.write];
beforeAll(async () => {
  stage = await createEvidenceStage();
});
afterAll(async () => {
  process.env = before;
  await stage.world.end();
});

test('a folder is verified where there is neither configuration nor database', async () => {
  const folder = stage.path('folder');
  await stage.type([stage.releaseId, '--out', folder]);
  process.env = {
    PATH: before['PATH'],
    RUNBOOK_FILE: stage.path('none'),
    TARGETS_FILE: stage.path('none'),
    DATABASE_URL: 'nonsense',
  };
  const printed: string[] = [];
  const keep = (text: string | Uint8Array) => printed.push(String(text)) > 0;
  process.stdout.write = keep;
  process.stderr.write = keep;
  try {
    const words = ['evidence', 'verify', folder, '--key', join(folder, 'public-key.pem'), '--json'];
    const exitCode = await runTerminal(words, {
      subcommands,
      killSwitch: rollback,
      selfTest: selftest,
      standAlone: [evidenceVerify],
      help,
      asText: terminalText,
      say,
      unknown: unknownSubcommandView,
      version: '1.2.3',
    });
    expect([exitCode, JSON.parse(printed.join(''))]).toEqual([
      0,
      expect.objectContaining({ fingerprint: stage.key.fingerprint, isKeyNamed: true, faults: [] }),
    ]);
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
  }
  expect(await readFile(join(folder, 'public-key.pem'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
});

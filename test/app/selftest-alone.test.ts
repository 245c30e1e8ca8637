import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { help, subcommands } from '../../commands/index.js';
import { rollback } from '../../commands/rollback.js';
import { selftest } from '../../commands/selftest.js';
import { runTerminal } from '../../src/app/cli.js';
import { unknownSubcommandView } from '../../views/help.js';
import { say } from '../../views/sentence.js';
import { terminalText } from '../../views/terminal.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let folder: string;
const before = { ...process.env };
beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'lobml-alone-'));
});
afterEach(async () => {
  process.env = { ...before };
  await database.drop();
  await rm(folder, { recursive: true });
});

const RUNBOOK = `strategy: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: {}
variables: { ENABLED: { type: boolean, default: false } }
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: [precheck, verify, gonogo]
    checks: [{ env: ENABLED, is: true }]
`;
const CASES = `base: { environment: { ENABLED: true }, model: none, startedSecsAgo: 60 }
cases:
  - { check: env.enabled, name: switched on, expect: PASS }
  - { check: env.enabled, name: switched off, expect: FAIL, environment: { ENABLED: false } }
`;

test('a self-test goes by the runbooks: no targets file need be there', async () => {
  await writeFile(join(folder, 'runbook.yaml'), RUNBOOK);
  await writeFile(join(folder, 'cases.yaml'), CASES);
  const printed: string[] = [];
  const [stdout, stderr] = [process.stdout.write, process.stderr.write];
  const keep = (text: string | Uint8Array) => printed.push(String(text)) > 0;
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    RUNBOOK_FILE: join(folder, 'runbook.yaml'),
    TARGETS_FILE: join(folder, 'none.yaml'),
  });
  try {
    process.stdout.write = keep;
    process.stderr.write = keep;
    const program = {
      subcommands,
      killSwitch: rollback,
      selfTest: selftest,
      help,
      asText: terminalText,
      say,
    };
    const exitCode = await runTerminal(['selftest'], {
      ...program,
      unknown: unknownSubcommandView,
      standAlone: [],
      version: '1.2.3',
    });
    expect([exitCode, printed.join('')]).toEqual([0, expect.stringContaining('1 check proved by 2 cases')]);
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
  }
});

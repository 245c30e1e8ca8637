import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfiguration } from '../../src/app/load-configuration.js';
import { ConfigurationError } from '../../src/runbook/configuration-fault.js';
import { faultInWords } from '../support/in-words.js';

const SLACK = { SLACK_BOT_TOKEN: 'xoxb-1-secret', SLACK_APP_TOKEN: 'xapp-1-secret' };
const RUNBOOK = readFileSync('runbooks/crypto_lob_ml/runbook.yaml', 'utf8');
const TARGETS = readFileSync('targets.example.yaml', 'utf8');

/** A folder with a runbook, a targets file and a `.env` that names them. */
function createFiles({ runbook = RUNBOOK, targets = TARGETS, variables = '' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lobml-start-'));
  const [runbookFile, targetsFile] = [join(folder, 'runbook.yaml'), join(folder, 'targets.yaml')];
  cpSync('runbooks/crypto_lob_ml', folder, { recursive: true });
  writeFileSync(runbookFile, runbook);
  writeFileSync(targetsFile, targets);
  const file = join(folder, '.env');
  writeFileSync(file, `RUNBOOK_FILE=${runbookFile}\nTARGETS_FILE=${targetsFile}\n${variables}`);
  return { file, runbookFile, targetsFile };
}

async function faultsOf(loading: Promise<unknown>) {
  try {
    await loading;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(faultInWords);
    throw error;
  }
  throw new Error('nothing was refused');
}

test('what is right is loaded', async () => {
  const { file } = createFiles();
  const { config, runbook, targets } = await loadConfiguration('bot', { env: SLACK, file });
  expect([config.port, runbook.strategy, targets.defaultTarget]).toEqual([3000, 'crypto_lob_ml', 'live']);
});

test('the faults of the environment, the runbook and the targets stand in one list, each with its place', async () => {
  const { file, runbookFile, targetsFile } = createFiles({
    runbook: `colour: red\n${RUNBOOK.replace('r.lag_secs < params.lagPassSecs', 'r.lag_secs < params.absent')}`,
    targets: `colour: red\n${TARGETS.replace(/^defaultTarget: .*$/m, 'defaultTarget: absent')}`,
    variables: 'PORT=x\nLOCALE=de\n',
  });
  const faults = await faultsOf(loadConfiguration('bot', { env: { ...SLACK, LOCALE: 'fr' }, file }));
  expect(faults).toEqual([
    { file, line: 3, message: expect.stringMatching(/^PORT: /), chinese: expect.stringMatching(/^PORT：/) },
    {
      file: 'environment',
      message: expect.stringMatching(/^LOCALE: "fr"/),
      chinese: expect.stringMatching(/^LOCALE：/),
    },
    { file: runbookFile, line: 1, message: 'colour: there is no such key', chinese: 'colour：没有这个键' },
    {
      file: runbookFile,
      line: expect.any(Number),
      message: expect.stringContaining('absent'),
      chinese: expect.stringContaining('absent'),
    },
    { file: targetsFile, line: 1, message: 'colour: there is no such key', chinese: 'colour：没有这个键' },
    {
      file: targetsFile,
      line: expect.any(Number),
      message: expect.stringContaining('`absent`'),
      chinese: expect.stringContaining('`absent`'),
    },
  ]);
});

test('a file that is not there hides no other fault', async () => {
  const { file, targetsFile } = createFiles({ targets: 'colour: red\n' });
  const env = { ...SLACK, RUNBOOK_FILE: '/no/such/runbook.yaml' };
  const files = (await faultsOf(loadConfiguration('bot', { env, file }))).map((fault) => fault.file);
  expect(new Set(files)).toEqual(new Set(['/no/such/runbook.yaml', targetsFile]));
});

test.each([
  ['TARGET/HOST', 'live/live-1', []],
  ['the bot’s machine', 'local', []],
  ['a host behind ssh', 'live/live-2', []],
  [
    'a host behind ssh that has no folder for it',
    'live/live-2',
    ['training.runsOn: the host `live/live-2` is reached by ssh, so `workingFolder` must say'],
    'no folder',
  ],
  ['a host that is not there', 'live-9', ['training.runsOn: there is no host `live-9`']],
  ['a host of two targets', 'live-1', ['training.runsOn: several targets have a host `live-1`']],
])('a training runs on %s', async (_name, runsOn, told, folder = '') => {
  const host = (name: string, more = '') =>
    `{ name: ${name}, environmentFiles: [/etc/live.env], service: { manager: systemd, unit: a.service }${more} }`;
  const target = (...hosts: string[]) => `{ hosts: [${hosts.join(', ')}], approval: { quorum: 1 } }`;
  const behindSsh = host('live-2', ', connection: { ssh: { address: a.example } }');
  const targets = [
    'defaultTarget: live',
    'roles: { operators: [U0] }',
    'targets:',
    `  live: ${target(host('live-1'), behindSsh)}`,
    `  spare: ${target(host('live-1')).replace('{', '{ dryRun: true,')}`,
  ].join('\n');
  const runbook = RUNBOOK.replace(/^training:$/m, `training:\n  runsOn: ${runsOn}`).replace(
    folder === '' ? '' : /^ {2}workingFolder: .*\n/m,
    '',
  );
  const { file, runbookFile } = createFiles({ runbook, targets });
  const line = runbook.split('\n').indexOf(`  runsOn: ${runsOn}`) + 1;
  const loading = loadConfiguration('bot', { env: SLACK, file });
  const faults = await loading.then(
    () => [],
    () => faultsOf(loading),
  );
  expect(faults).toEqual(
    told.map((words) => ({
      file: runbookFile,
      line,
      message: expect.stringContaining(words),
      chinese: expect.stringMatching(/^training\.runsOn：.*主机/),
    })),
  );
});

const POLICY = readFileSync('sandbox/runbooks/crypto_rl_policy/runbook.yaml', 'utf8');

/** A folder with two strategies. @param of what each target of the example says of its strategy */
function createTwo(of: Readonly<Record<'dryrun' | 'live', string>>, policy = POLICY) {
  const folder = mkdtempSync(join(tmpdir(), 'lobml-start-'));
  for (const [name, text] of Object.entries({ a: RUNBOOK, b: policy })) {
    cpSync('runbooks/crypto_lob_ml', join(folder, 'runbooks', name), { recursive: true });
    writeFileSync(join(folder, 'runbooks', name, 'runbook.yaml'), text);
  }
  // A model is promoted within one strategy.
  const targets = TARGETS.replace(/^ {4}promotes: .*\n/m, '').replace(
    /^ {2}(dryrun|live):$/gm,
    (line, name: 'dryrun' | 'live') => line + of[name],
  );
  writeFileSync(join(folder, 'targets.yaml'), targets);
  const file = join(folder, '.env');
  writeFileSync(file, `RUNBOOK_FILE=${folder}/runbooks\nTARGETS_FILE=${folder}/targets.yaml\n`);
  return { file, targets, targetsFile: join(folder, 'targets.yaml') };
}
const says = (strategy: string) => `\n    strategy: ${strategy}`;

test('a bot of two strategies has the targets of each, the default target’s first', async () => {
  const { file } = createTwo({ dryrun: says('crypto_rl_policy'), live: says('crypto_lob_ml') });
  const loaded = await loadConfiguration('bot', { env: SLACK, file });
  expect(loaded.runbook.strategy).toBe('crypto_lob_ml');
  const own = loaded.strategies.map(({ runbook, targets }) => [
    runbook.strategy,
    targets.defaultTarget,
    [...targets.targets.keys()],
  ]);
  expect(own).toEqual([
    ['crypto_lob_ml', 'live', ['live']],
    ['crypto_rl_policy', 'dryrun', ['dryrun']],
  ]);
});

test('a strategy without a target is only told; one that a target names must be there', async () => {
  const all = createTwo({ dryrun: says('crypto_lob_ml'), live: says('crypto_lob_ml') });
  const { strategies, withoutTarget } = await loadConfiguration('bot', { env: SLACK, file: all.file });
  expect([strategies.length, withoutTarget]).toEqual([1, ['crypto_rl_policy']]);
  const { file, targets } = createTwo({ dryrun: '', live: says('crypto_momentum') });
  const line = (part: string) => targets.slice(0, targets.indexOf(part)).split('\n').length;
  const faults = await faultsOf(loadConfiguration('bot', { env: SLACK, file }));
  const known = '`crypto_lob_ml`, `crypto_rl_policy`';
  expect(faults.map((fault) => [fault.line, fault.message])).toEqual([
    [
      line('strategy: crypto_momentum'),
      `targets.live.strategy: there is no runbook of the strategy \`crypto_momentum\`; there are ${known}`,
    ],
    [
      line('  dryrun:'),
      `targets.dryrun.strategy: several runbooks are loaded: say \`strategy\`, one of ${known}`,
    ],
  ]);
});

test('two strategies of one agent do not read the same orders', async () => {
  const policy = POLICY.replace(/^strategy: .*$/m, '$&\nagentId: crypto_lob_ml');
  const of = (dryrun: string) => ({
    dryrun: `\n    strategy: crypto_rl_policy${dryrun}`,
    live: '\n    strategy: crypto_lob_ml',
  });
  const apart = createTwo(of(''), policy);
  await expect(loadConfiguration('bot', { env: SLACK, file: apart.file })).resolves.toBeDefined();
  const same = createTwo(of('\n    dryRun: false'), policy);
  writeFileSync(
    same.targetsFile,
    readFileSync(same.targetsFile, 'utf8').replace('accountId: acct-dryrun', 'accountId: acct-live'),
  );
  expect(await faultsOf(loadConfiguration('bot', { env: SLACK, file: same.file }))).toMatchObject([
    {
      file: same.targetsFile,
      line: expect.any(Number),
      message: expect.stringContaining('the targets `live` and `dryrun` would read the same orders'),
    },
  ]);
});

import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeBadModel, encodeLogisticModel } from '../../sandbox/host/model.js';
import { confirmedVariables } from '../../src/checks/context/since-confirmed.js';
import { checkSentence, remedySentence } from '../../views/check-sentence.js';
import { createFileStage, entry, type FileStage, type StageRun } from './support/file-stage.js';

let stage: FileStage;
beforeEach(async () => {
  stage = await createFileStage();
});
afterEach(() => stage.remove());

describe('a variable over the environment files', () => {
  const name = entry(
    'env.name',
    'env: NAME',
    'pass: rows.all(r, r.value == "right")',
    'fail: rows.exists(r, r.value != "right")',
  );
  const look = async () => (await stage.run({ checks: name }))['env.name'];

  test('the last layer wins, and within a file the last line; the place is named', async () => {
    await stage.place('base.env', 'TOY__NAME=wrong\n');
    const own = await stage.place('own.env', '# TOY__NAME=x\nTOY__NAME=wrong\n\nTOY__NAME=right\n');
    const result = await look();
    expect(result).toMatchObject({
      outcome: 'PASS',
      observed: [{ value: 'right', origin: 'file', file: own, line: 4 }],
    });
  });

  test('a layer before speaks where the last one is silent', async () => {
    const base = await stage.place('base.env', 'TOY__NAME=right\n');
    await stage.place('own.env', 'OTHER=1\n');
    expect(await look()).toMatchObject({ outcome: 'PASS', observed: [{ file: base, line: 1 }] });
  });

  test.each([
    ['"right"', 'right'],
    ["'right'", 'right'],
    ['"ri\\"ght"', 'ri"ght'],
    ['right   ', 'right'],
    ['ri\\\nght', 'right'],
    ['right # no comment', 'right # no comment'],
    ['$HOME', '$HOME'],
  ])('is read by systemd’s rules: %j', async (written, value) => {
    await stage.place('own.env', `TOY__NAME=${written}\n`);
    expect((await look())?.observed).toMatchObject([{ value }]);
  });

  test.each([
    ['`export` is no assignment', 'A=1\nexport TOY__NAME=right\n', 'export_ignored', 2],
    ['nor is what has no `=`', 'TOY__NAME: right\n', 'line_ignored', 1],
    ['nor is another name', '\ufeffTOY__NAME=right\n', 'line_ignored', 1],
    ['the last ignored line is told', 'export TOY__NAME=a\nexport TOY__NAME=b\n', 'export_ignored', 2],
    ['a later line that says otherwise', 'TOY__NAME=right\nexport TOY__NAME=wrong\n', 'export_ignored', 2],
    ['a comment that may take the next line', '# why \\\nTOY__NAME=right\n', 'comment_takes_line', 2],
    [
      'a comment that may leave an older value',
      'TOY__NAME=wrong\n; \\\nTOY__NAME=right\n',
      'comment_takes_line',
      3,
    ],
  ])('%s', async (_name, text, fault, line) => {
    const own = await stage.place('own.env', text);
    expect(await look()).toMatchObject({
      outcome: 'FAIL',
      observed: [{ fault, file: own, line, value: null }],
    });
  });

  test.each([
    ['a line that comes before the one in force', 'export TOY__NAME=wrong\nTOY__NAME=right\n'],
    ['a line that says the same', 'TOY__NAME=right\nexport TOY__NAME=right\n'],
    ['a line of another variable', 'export TOY__NAMES=wrong\nTOY__NAME=right\n'],
    ['a comment that takes a line of no weight', '# why \\\nTOY__NAME=right\nTOY__NAME=right\n'],
    ['a comment that takes another variable’s line', '# why \\\nA=1\nTOY__NAME=right\n'],
  ])('does not mind %s', async (_name, text) => {
    await stage.place('own.env', text);
    expect(await look()).toMatchObject({ outcome: 'PASS', observed: [{ value: 'right' }] });
  });

  test('a mandatory layer that is missing fails, whatever the others say', async () => {
    await stage.place('base.env', 'TOY__NAME=right\n');
    expect(await look()).toMatchObject({
      outcome: 'FAIL',
      reason: { code: 'faulty_rows' },
      observed: [{ fault: 'environment_file_missing', file: join(stage.folder, 'own.env') }],
    });
  });

  test('a file that systemd would refuse', async () => {
    await stage.place('own.env', Buffer.from('TOY__NAME=right\nX=\u00ff\n', 'latin1'));
    expect(await look()).toMatchObject({
      outcome: 'FAIL',
      observed: [{ fault: 'environment_file_refused' }],
    });
  });

  test('a layer that cannot be looked at is an ERROR, not a default', async () => {
    await mkdir(join(stage.folder, 'own.env'));
    expect(await look()).toMatchObject({
      outcome: 'ERROR',
      reason: { code: 'host_error', facts: { code: 'not_a_file' } },
    });
  });

  test('of two hosts the one that differs is named', async () => {
    await stage.place('own.env', 'TOY__NAME=right\n');
    const other = await stage.place('other.env', 'TOY__NAME=left\n');
    const service = {
      ...{ manager: 'command', status: ['true', 'two'], logs: ['true', 'two'] },
      ...{ restart: ['true', 'two'], stop: ['true', 'two'] },
    };
    const hosts = [{ name: 'one' }, { name: 'two', environmentFiles: [other], service }];
    const { 'env.name': result } = await stage.run({ checks: name, target: { hosts } });
    expect(result?.outcome).toBe('FAIL');
    expect(result?.observed).toMatchObject([
      { host: 'one', value: 'right' },
      { host: 'two', value: 'left' },
    ]);
  });
});

test.each(['', '/', '//'])('a models folder is the same with %j behind it', async (end) => {
  const check = entry(
    'env.model_path',
    'env: MODEL_PATH',
    'pass: rows.all(r, r.value.startsWith(r.models + "/"))',
    'fail: rows.exists(r, !r.value.startsWith(r.models + "/"))',
  );
  const models = join(stage.folder, 'models');
  await stage.place('own.env', `TOY__MODEL_PATH=${stage.folder}//models/a.onnx\n`);
  const { 'env.model_path': result } = await stage.run({
    checks: check,
    target: { models: `${models}${end}` },
  });
  expect(result).toMatchObject({ outcome: 'PASS', observed: [{ value: join(models, 'a.onnx') }] });
});

describe('the running process', () => {
  const check = entry(
    'env.process',
    'process: environment',
    'pass: rows.all(r, r.agrees)',
    'fail: rows.exists(r, !r.agrees)',
  );
  const look = async () => (await stage.run({ checks: check }))['env.process'];
  const RUNNING = 'ActiveState=active\nMainPID=42\nNRestarts=0\nActiveEnterTimestamp=2026-03-01T11:00:00Z\n';

  beforeEach(() => stage.place('own.env', 'TOY__NAME=new\nTOY__ENABLED=true\nSECRET=1\n'));

  test('agrees', async () => {
    await stage.place('service/status', RUNNING);
    await stage.place('service/environ', 'TOY__NAME=new\0TOY__ENABLED=true\0SECRET=2\0');
    expect(await look()).toMatchObject({
      outcome: 'PASS',
      observed: [{ pid: 42, since: '2026-03-01T11:00:00.000Z' }],
    });
  });

  test('one row for each variable that differs, and none with what is not asked for', async () => {
    await stage.place('service/status', RUNNING);
    await stage.place(
      'service/environ',
      'TOY__NAME=old\0TOY__MODEL_PATH=/m\0TOY__ENABLED=true\0SECRET=hunter2\0',
    );
    const result = await look();
    expect(result?.outcome).toBe('FAIL');
    expect(result?.observed).toMatchObject([
      { variable: 'TOY__MODEL_PATH', file: null, process: '/m' },
      { variable: 'TOY__NAME', file: 'new', process: 'old' },
    ]);
    expect(JSON.stringify(result)).not.toMatch(/hunter2|SECRET/);
  });

  test('a value that holds `=` agrees with itself', async () => {
    await stage.place('own.env', 'TOY__NAME=LOB_TCN=2026-11-30\n');
    await stage.place('service/status', RUNNING);
    await stage.place('service/environ', 'TOY__NAME=LOB_TCN=2026-11-30\0');
    expect(await look()).toMatchObject({ outcome: 'PASS' });
    await stage.place('service/environ', 'TOY__NAME=LOB_TCN=2026-11-29\0');
    expect(await look()).toMatchObject({
      outcome: 'FAIL',
      observed: [{ file: 'LOB_TCN=2026-11-30', process: '⏎…' }],
    });
  });

  test('a value that took in the next line agrees with itself, and is never shown', async () => {
    await stage.place('own.env', 'TOY__NAME=ab\\\nSECRET_KEY=hunter2\n');
    await stage.place('service/status', RUNNING);
    await stage.place('service/environ', 'TOY__NAME=abSECRET_KEY=hunter2\0');
    expect(await look()).toMatchObject({ outcome: 'PASS' });
    await stage.place('service/environ', 'TOY__NAME=abSECRET_KEY=hunter1\0');
    const result = await look();
    expect(result).toMatchObject({ outcome: 'FAIL', observed: [{ file: '⏎… (file)', process: '⏎…' }] });
    expect(JSON.stringify(result)).not.toContain('hunter');
  });

  test('is not compared with layers of which one is missing or no text', async () => {
    await stage.place('service/status', RUNNING);
    await stage.place('service/environ', 'TOY__NAME=new\0TOY__ENABLED=true\0');
    await stage.place('base.env', Buffer.from('X=\u00ff\n', 'latin1'));
    expect(await look()).toMatchObject({
      outcome: 'FAIL',
      observed: [{ fault: 'environment_file_refused', file: join(stage.folder, 'base.env') }],
    });
    await rm(join(stage.folder, 'base.env'));
    await rm(join(stage.folder, 'own.env'));
    await stage.place('service/environ', 'A=1\0');
    expect(await look()).toMatchObject({
      outcome: 'FAIL',
      observed: [{ fault: 'environment_file_missing', file: join(stage.folder, 'own.env') }],
    });
  });

  test('a stopped service leaves it open', async () => {
    await stage.place('service/status', 'ActiveState=inactive\nMainPID=0\nNRestarts=0\n');
    expect(await look()).toMatchObject({
      outcome: 'INCONCLUSIVE',
      reason: { code: 'service_stopped', facts: { hosts: ['one'] } },
    });
  });

  test('a service between two turns of a restart loop is not called stopped', async () => {
    await stage.place(
      'service/status',
      'ActiveState=activating\nSubState=auto-restart\nMainPID=0\nNRestarts=5\n',
    );
    expect(await look()).toMatchObject({
      outcome: 'INCONCLUSIVE',
      reason: { code: 'service_down', facts: { hosts: ['one (activating, auto-restart)'] } },
    });
  });

  test('a status that cannot be read is an ERROR', async () => {
    await stage.place('service/status', 'what?\n');
    expect(await look()).toMatchObject({
      outcome: 'ERROR',
      reason: { code: 'host_error', facts: { code: 'unreadable_answer' } },
    });
  });
});

describe('variables that the runbook does not know', () => {
  const check = entry(
    'env.undeclared',
    'process: undeclared',
    'pass: rows.all(r, !r.lost)',
    'warn: rows.exists(r, r.differs || r.typo_of != "")',
    'fail: rows.exists(r, r.lost)',
  );
  const look = async (
    files: string,
    running: string,
    more: Pick<StageRun, 'lastConfirmed'> & { readonly checks?: string } = {},
  ) => {
    await stage.place('service/status', 'ActiveState=active\nMainPID=42\nNRestarts=0\n');
    await stage.place('own.env', files);
    await stage.place('service/environ', running.replaceAll('\n', '\0'));
    return (await stage.run({ checks: check, ...more }))['env.undeclared'];
  };

  test('agree, and none at all agrees too', async () => {
    expect(await look('OTHER=1\n', 'OTHER=1\n')).toMatchObject({ outcome: 'PASS' });
    expect(await look('TOY__NAME=1\n', 'TOY__NAME=2\n')).toMatchObject({ outcome: 'PASS' });
  });

  test('differ: with the prefix by value, without it or of a secret by name alone', async () => {
    const result = await look(
      'TOY__SHARES=9\nDRY_RUN=false\nTOY__API_KEY=hush1\nSAME=hush2\n',
      'DRY_RUN=true\nTOY__API_KEY=hush3\nSAME=hush2\n',
    );
    expect(result?.outcome).toBe('WARN');
    expect(result?.observed).toMatchObject([
      { variable: 'DRY_RUN', differs: true, file: '…', process: '…' },
      { variable: 'SAME', differs: false, file: '…', process: '…' },
      { variable: 'TOY__API_KEY', differs: true, file: '…', process: '…' },
      { variable: 'TOY__SHARES', differs: true, file: '9', process: null },
    ]);
    expect(JSON.stringify(result)).not.toMatch(/hush|"true"|"false"/);
  });

  test('differ from the last confirmed release, though the process has them: of a secret by name alone', async () => {
    const all = 'TOY__SHARES=100000\nTOY__NAME=other\nDRY_RUN=false\nTOY__API_KEY=hush1\nSAME=hush2\n';
    const before = { TOY__SHARES: '100', TOY__NAME: 'own', TOY__GONE: '1' };
    const { concealed } = await confirmedVariables(
      new Map([
        ['DRY_RUN', 'true'],
        ['TOY__API_KEY', 'hush1'],
        ['SAME', 'hush2'],
      ]),
      { effective: new Map() },
      { envPrefix: 'TOY__' },
    );
    const checks = check.replace('r.differs ||', 'r.differs || r.changed ||');
    const confirmed = (host: string) => async () => [{ host, variables: before, concealed }];
    const [hostName = ''] = (await look(all, all, { checks }))?.evidence.hosts ?? [];
    const result = await look(all, all, { checks, lastConfirmed: confirmed(hostName) });
    expect(result?.outcome).toBe('WARN');
    expect(result?.observed).toMatchObject([
      { variable: 'DRY_RUN', changed: true, file: '…', confirmed: null },
      { variable: 'SAME', changed: false },
      { variable: 'TOY__API_KEY', changed: false },
      { variable: 'TOY__GONE', changed: true, file: null, confirmed: '1' },
      { variable: 'TOY__SHARES', changed: true, file: '100000', confirmed: '100' },
    ]);
    expect(JSON.stringify(result)).not.toMatch(/hush|"true"|"false"/);
    const elsewhere = await look(all, all, { checks, lastConfirmed: confirmed('another') });
    expect(elsewhere?.outcome).toBe('PASS');
    const unknown = await look(all, all, { checks, lastConfirmed: () => Promise.reject(new Error('gone')) });
    expect(unknown).toMatchObject({ outcome: 'ERROR', reason: { code: 'probe_failed' } });
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const away = await look(all, all, { checks, lastConfirmed: () => Promise.reject(refused) });
    expect(away).toMatchObject({ outcome: 'ERROR', reason: { code: 'state_database_error' } });
    expect(away && checkSentence(away, 'en')).toMatch(/own database does not answer: nothing listens/);
    expect(away && remedySentence(away, 'en')).toMatch(/in DATABASE_URL/);
  });

  test.each([
    ['TOY__ENABELD', 'TOY__ENABLED', 'FAIL'],
    ['TOY_ENABLED', 'TOY__ENABLED', 'FAIL'],
    ['toy__name', 'TOY__NAME', 'WARN'],
    ['TOY__NAME2', '', 'PASS'],
    ['TOY__MIN_EDGE', '', 'PASS'],
  ])('%s is a typo of %j: %s', async (variable, meant, outcome) => {
    const text = `TOY__NAME=x\n${variable}=true\n`;
    const result = await look(text, text);
    expect(result?.outcome).toBe(outcome);
    expect(result?.observed).toMatchObject([{ variable, typo_of: meant, lost: outcome === 'FAIL' }]);
  });
});

describe('a variable of the system around the strategy', () => {
  const checks = [
    entry('env.simulated', 'env: SIMULATED', 'each: r.origin == "none" || r.value == r.target_dry_run'),
    entry(
      'env.matrix',
      'env: MATRIX_FILE',
      'each: r.origin == "none" || r.value != "/bad"',
      'warn: rows.exists(r, r.origin == "file")',
    ),
    entry('env.running', 'process: environment', 'each: r.agrees'),
    entry('env.undeclared', 'process: undeclared', 'each: r.variable == ""'),
  ].join('');
  const look = async (files: string, target = {}, running = files) => {
    await stage.place('service/status', 'ActiveState=active\nMainPID=42\nNRestarts=0\n');
    await stage.place('own.env', files);
    await stage.place('service/environ', running.replaceAll('\n', '\0'));
    return stage.run({ checks, target });
  };

  test('need not be set; one that cannot be read as it says is a named fault', async () => {
    const none = await look('TOY__NAME=x\n');
    for (const result of Object.values(none)) expect(result).toMatchObject({ outcome: 'PASS' });
    const slip = (await look('SIMULATED=ture\n'))['env.simulated'];
    expect(slip).toMatchObject({ outcome: 'FAIL', observed: [{ fault: 'not_a_boolean', nearest: 'true' }] });
    expect(slip && checkSentence(slip, 'en')).toContain('`ture` is no boolean');
    expect((await look('SIMULATED=\n'))['env.simulated']).toMatchObject({ outcome: 'FAIL' });
  });

  test('is judged by what the target says, is no undeclared one, and shows its value', async () => {
    expect((await look('SIMULATED=on\n', { dryRun: true }))['env.simulated']?.outcome).toBe('PASS');
    expect((await look('SIMULATED=on\n', { dryRun: false }))['env.simulated']?.outcome).toBe('FAIL');
    const set = await look('MATRIX_FILE=/opt/m.json\n', {}, 'MATRIX_FILE=/opt/other.json\n');
    expect(set['env.matrix']).toMatchObject({ outcome: 'WARN', observed: [{ value: '/opt/m.json' }] });
    expect(set['env.undeclared']?.outcome).toBe('PASS');
    expect(set['env.running']).toMatchObject({
      outcome: 'FAIL',
      observed: [{ variable: 'MATRIX_FILE', file: '/opt/m.json', process: '/opt/other.json' }],
    });
  });
});

describe('the model file', () => {
  beforeEach(() => stage.place('service/status', 'ActiveState=inactive\nMainPID=0\nNRestarts=0\n'));

  const check = entry(
    'model.file',
    'model: MODEL_PATH',
    'timeoutMs: 20000',
    'pass: rows.all(r, r.size > 0)',
    'fail: rows.exists(r, r.size == 0)',
  );
  const model = { weights: [0.5, -0.25], bias: 0.1 };
  const look = async (path: string, target = {}) => {
    await stage.place('own.env', `TOY__MODEL_PATH=${path}\n`);
    return (await stage.run({ checks: check, target }))['model.file'];
  };
  const faultOf = async (path: string, target = {}) => (await look(path, target))?.observed[0]?.fault;

  test('there, with its size and SHA-256', async () => {
    const path = await stage.place('models/a.onnx', encodeLogisticModel(model));
    const result = await look(path);
    expect(result).toMatchObject({
      outcome: expect.stringMatching(/PASS|WARN/),
      observed: [{ fault: '', path }],
    });
    expect(result?.evidence.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each(['empty', 'truncated', 'random'] as const)('%s', async (kind) => {
    const path = await stage.place('models/a.onnx', encodeBadModel(kind, model));
    const result = await look(path);
    expect(result?.outcome).toBe('FAIL');
    expect(result?.observed[0]?.fault).toBe(kind === 'empty' ? 'empty_file' : 'not_onnx');
  });

  test('missing, a folder, or not named at all', async () => {
    expect(await faultOf(join(stage.folder, 'models/none.onnx'))).toBe('file_missing');
    expect(await faultOf(join(stage.folder, 'models'))).toBe('not_a_file');
    expect(await faultOf('a.onnx')).toBe('model_path_unknown');
  });

  test('a link that leads out of the models folder', async () => {
    const outside = await stage.place('elsewhere/a.onnx', encodeLogisticModel(model));
    const link = join(stage.folder, 'models/link.onnx');
    await symlink(outside, link);
    const result = await look(link, { binary: outside });
    expect(result?.observed[0]).toMatchObject({ fault: 'outside_models_folder', real_path: outside });
  });

  test('a link within the models folder', async () => {
    await stage.place('models/v1/a.onnx', encodeLogisticModel(model));
    await symlink('v1/a.onnx', join(stage.folder, 'models/current.onnx'));
    expect(await faultOf(join(stage.folder, 'models/current.onnx'))).toBe('');
  });

  const readBy = async (status: string) => {
    const path = await stage.place('models/a.onnx', encodeLogisticModel(model));
    await chmod(path, 0o600);
    const own = await stage.place('service/own', `ActiveState=active\nNRestarts=0\n${status}`);
    const commands = { status: ['cat', own], restart: ['true'], stop: ['true'], logs: ['true'] };
    return look(path, { service: { manager: 'command', environ: ['true'], ...commands } });
  };

  test('whose account is known from the service itself', async () => {
    expect((await readBy('MainPID=0\nUser=nobody\n'))?.observed[0]).toMatchObject({
      fault: 'not_readable',
      user: 'nobody',
    });
  });

  test('whose account is that of the running process', async () => {
    const result = await readBy(`MainPID=${process.pid}\n`);
    expect(result?.observed[0]).toMatchObject({ fault: '', user: String(process.getuid?.()) });
    expect(result?.outcome).toMatch(/PASS|WARN/);
  });

  test('that nobody knows who reads is not passed', async () => {
    expect(await readBy('MainPID=0\n')).toMatchObject({
      outcome: 'INCONCLUSIVE',
      reason: { code: 'account_unknown', facts: { hosts: ['one'] } },
      observed: [{ fault: '', user: null }],
    });
  });

  test('not readable by the account of the service', async () => {
    const path = await stage.place('models/a.onnx', encodeLogisticModel(model));
    await chmod(path, 0o600);
    const service = {
      manager: 'command',
      status: ['true'],
      restart: ['true'],
      stop: ['true'],
      logs: ['true'],
      user: 'nobody',
    };
    expect(await faultOf(path, { service })).toBe('not_readable');
  });
});

describe('a file by its path', () => {
  const check = (path: string) =>
    entry(
      'host.file',
      `file: ${path}`,
      'pass: rows.all(r, r.exists && r.size > params.limit)',
      'fail: rows.exists(r, !r.exists)',
    );

  test('there, too small, and gone', async () => {
    const path = await stage.place('seen/state', 'more than ten bytes');
    const look = async () => (await stage.run({ checks: check(path) }))['host.file'];
    expect(await look()).toMatchObject({
      outcome: 'PASS',
      observed: [{ kind: 'file', size: 19, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    await stage.place('seen/state', 'few');
    expect((await look())?.outcome).toBe('INCONCLUSIVE');
    await rm(path);
    expect(await look()).toMatchObject({ outcome: 'FAIL', observed: [{ exists: false }] });
  });
});

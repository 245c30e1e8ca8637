import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createCheckService } from '../../src/checks/check-service.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { ReleasedFile } from '../../src/domain/known-good.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { createLocalHost } from '../../src/hosts/local/local-host.js';
import { createLocalProcessReader } from '../../src/hosts/local/local-process.js';
import { createProcessReader } from '../../src/hosts/managers/process-environment.js';
import { createServiceManager } from '../../src/hosts/managers/service-managers.js';
import { createSshHost } from '../../src/hosts/ssh/ssh-host.js';
import { sha256Of } from '../../src/machine/sha256.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { checkSentence } from '../../views/check-sentence.js';

const runner = createLocalCommandRunner({ host: 'here' });
const TOLD = 'NeedDaemonReload=no\nEnvironment=\n';
const running: ChildProcess[] = [];
let folder: string;
const at = (path: string) => join(folder, path);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-current-'));
  for (const name of ['bin', 'models', 'env']) await mkdir(at(name));
  await copyFile('/bin/sleep', at('bin/trader'));
  await copyFile('/bin/sleep', at('bin/other'));
  await writeFile(at('models/a.onnx'), 'a model');
  await writeFile(at('env/live.env'), `PLOY_CRYPTO_LOB_ML__MODEL_PATH=${at('models/a.onnx')}\n`);
  await writeFile(at('current'), TOLD);
});

afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts the real program, and writes of it what its manager would say. */
async function start(
  command: readonly string[] = [at('bin/trader'), '600'],
  modelPath = at('models/a.onnx'),
  more: Record<string, string> = {},
): Promise<void> {
  // The files' times are the kernel's, which may lag by some milliseconds behind the clock's.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const [program = '', ...words] = command;
  const env = { PLOY_CRYPTO_LOB_ML__MODEL_PATH: modelPath, ...more };
  const child = spawn(program, words, { stdio: 'ignore', env });
  running.push(child);
  const startedAt = new Date().toISOString();
  const said = `ActiveState=active\nSubState=running\nMainPID=${child.pid}\nNRestarts=0\nExecMainStartTimestamp=${startedAt}\n`;
  await writeFile(at('status'), said);
  await new Promise((resolve) => setTimeout(resolve, 30));
}

const runbook = await loadRunbook('runbooks/crypto_lob_ml/runbook.yaml', PROBE_KINDS);

interface Look {
  readonly confirmed?: readonly ReleasedFile[];
  readonly how?: 'local' | 'by programs';
  readonly service?: object;
}

async function look({ confirmed = [], how = 'local', service: more = {} }: Look = {}) {
  const source = {
    defaultTarget: 'live',
    roles: { operators: ['U0'] },
    targets: {
      live: {
        approval: { quorum: 1 },
        hosts: [{ name: 'here' }],
        models: at('models'),
        binary: at('bin/trader'),
        environmentFiles: [at('env/live.env')],
        service: {
          ...{ manager: 'command', status: ['cat', at('status')], logs: ['true'], restart: ['true'] },
          ...{ stop: ['true'], current: ['cat', at('current')] },
          ...more,
        },
      },
    },
  };
  const target = parseTargets('here', Buffer.from(JSON.stringify(source))).targets.get('live');
  if (target === undefined) throw new Error('there is no target');
  const sections = runbook.sections.map((section) => ({
    ...section,
    checks: section.checks.filter(({ id }) => id === 'service.current'),
  }));
  const folders = [at('bin'), at('models'), at('env')];
  const service = createCheckService({
    runbook: { ...runbook, sections, criteria: [], charts: [] },
    hostOf({ name, service: settings }) {
      if (how === 'local') {
        const processes = createLocalProcessReader(runner);
        return createLocalHost({
          name,
          folders,
          service: createServiceManager(settings, { runner, processes }),
        });
      }
      const processes = createProcessReader(runner);
      const own = createServiceManager(settings, { runner, processes });
      return createSshHost({ name, folders, runner, service: own, sudo: undefined });
    },
    trading: undefined,
    releasedFiles: async () => confirmed,
    saveRun: async () => {},
    onStoreError: () => {},
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: () => '00000000-0000-4000-8000-000000000001',
  });
  const requestedBy = { id: 'U0ALICE', name: 'alice', surface: 'terminal' } as const;
  const { run } = await service.run({ kind: 'precheck', target, requestedBy });
  const [result] = run.checks;
  if (result === undefined) throw new Error('the check did not run');
  return { ...result, findings: result.observed.map((row) => `${row['subject']} ${row['finding']}`) };
}

const confirmedAs = (text: string): Look => ({
  confirmed: [{ host: 'here', path: at('models/a.onnx'), sha256s: [sha256Of(Buffer.from(text))] }],
});

describe.each(['local', 'by programs'] as const)('what runs, looked at %s', (how) => {
  const passes = { outcome: 'PASS', findings: ['model found', 'program found', 'unit found'] };

  test('a process that began after its files is what stands there', async () => {
    await start();
    expect(await look({ how })).toMatchObject(passes);
    expect(await look({ how, ...confirmedAs('a model') })).toMatchObject(passes);
  });

  test('a model replaced after the start is not what runs, whatever its own date says', async () => {
    await start();
    await writeFile(at('models/a.onnx'), 'another model');
    const replaced = await look({ how });
    expect(replaced).toMatchObject({
      outcome: 'FAIL',
      findings: ['model newer', 'program found', 'unit found'],
    });
    expect(checkSentence(replaced, 'en')).toContain('models/a.onnx was written');
    await utimes(at('models/a.onnx'), new Date(0), new Date(0));
    expect(await look({ how })).toMatchObject({
      outcome: 'INCONCLUSIVE',
      findings: expect.arrayContaining(['model moved']),
    });
    expect(await look({ how, ...confirmedAs('a model') })).toMatchObject({ outcome: 'FAIL' });
    // Touched alone: the bytes are those that were confirmed.
    expect(await look({ how, ...confirmedAs('another model') })).toMatchObject(passes);
  });

  test('what a step of the start fetched is what the process found', async () => {
    await start();
    const began = Date.parse(
      /ExecMainStartTimestamp=(.*)/.exec(await readFile(at('status'), 'utf8'))?.[1] ?? '',
    );
    const since = (ms: number) => new Date(began + ms).toISOString();
    // systemd looks at the conditions, runs ExecStartPre, and starts the process then; a `notify` service is active later.
    const times = `ConditionTimestamp=${since(-60_000)}\nActiveEnterTimestamp=${since(60_000)}\n`;
    await appendFile(at('status'), times);
    expect(await look({ how })).toMatchObject(passes);
    await writeFile(at('models/a.onnx'), 'another model');
    expect(await look({ how })).toMatchObject({ outcome: 'FAIL' });
  });

  test('a clock that was set back, or a manager that says no time, hides nothing that was written since', async () => {
    await start();
    // The host is asked by several programs, one after the other.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await writeFile(at('models/a.onnx'), 'another model');
    const status = await readFile(at('status'), 'utf8');
    const replaced = { outcome: 'FAIL', findings: expect.arrayContaining(['model newer']) };
    // By the clock of then, the process began in what is the future now.
    await writeFile(
      at('status'),
      status.replace(/(?<=Timestamp=).*/, new Date(Date.now() + 600_000).toISOString()),
    );
    expect(await look({ how })).toMatchObject(replaced);
    await writeFile(at('status'), status.replace(/ExecMain.*/, ''));
    expect(await look({ how })).toMatchObject(replaced);
  });

  test('a link that was turned since the start brings other bytes to its path', async () => {
    await rename(at('models'), at('models-1'));
    await mkdir(at('models-2'));
    await writeFile(at('models-2/a.onnx'), 'another model');
    await symlink('models-1', at('models'));
    await start();
    expect(await look({ how })).toMatchObject(passes);
    await symlink(at('models-2'), at('models.new'));
    await rename(at('models.new'), at('models'));
    const turned = { outcome: 'INCONCLUSIVE', findings: expect.arrayContaining(['model moved']) };
    expect(await look({ how })).toMatchObject(turned);
    expect(await look({ how, ...confirmedAs('a model') })).toMatchObject({ outcome: 'FAIL' });
  });

  test('a model of which the process names no whole path is no pass', async () => {
    for (const path of ['models/a.onnx', '']) {
      await start([at('bin/trader'), '600'], path);
      expect(await look({ how })).toMatchObject({
        outcome: 'INCONCLUSIVE',
        findings: expect.arrayContaining(['model not_told']),
      });
    }
  });

  test('bytes that no release of that path brought are no pass, by name', async () => {
    await start();
    const other = await look({ how, ...confirmedAs('the confirmed model') });
    expect(other).toMatchObject({
      outcome: 'INCONCLUSIVE',
      findings: expect.arrayContaining(['model other_bytes']),
    });
    expect(checkSentence(other, 'en')).toContain('not have the bytes of the last confirmed release');
    expect(await look({ how, ...confirmedAs('a model') })).toMatchObject(passes);
  });

  test('a program replaced beside its process, or taken away, is not what runs', async () => {
    await start();
    await rename(at('bin/other'), at('bin/trader'));
    expect(await look({ how })).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['program deleted']),
    });
    await rm(at('bin/trader'));
    expect(await look({ how })).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['program deleted']),
    });
  });

  test('another program than the named one fails; a script is one that its interpreter was started with', async () => {
    await start([at('bin/other'), '600']);
    expect(await look({ how })).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['program other_program']),
    });
    await writeFile(at('bin/trader'), '#!/bin/sh\nread -r line\n', { mode: 0o755 });
    await start(['/bin/sh', '-c', 'sleep 600; :', at('bin/trader')]);
    expect(await look({ how })).toMatchObject(passes);
    await writeFile(at('bin/trader'), '#!/bin/sh\nexit 1\n');
    expect(await look({ how })).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['program newer']),
    });
  });

  test('a manager that has other settings loaded than the files say', async () => {
    await start();
    const told = async (text: string) => {
      await writeFile(at('current'), text);
      return look({ how });
    };
    expect(await told(TOLD.replace('no', 'yes'))).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['unit needs_reload']),
    });
    const secret = await told(`${TOLD}Environment="PLOY_DRY_RUN=fa lse" RUST_LOG=x API_KEY=hunter22\n`);
    expect(secret).toMatchObject({ outcome: 'FAIL' });
    expect(secret.observed.filter((row) => row['subject'] === 'variable').map((row) => row['name'])).toEqual([
      'PLOY_DRY_RUN',
      'RUST_LOG',
      'API_KEY',
    ]);
    expect(JSON.stringify(secret)).not.toContain('hunter22');
    // A file wins over the unit.
    const overridden = 'NeedDaemonReload=no\nEnvironment=PLOY_CRYPTO_LOB_ML__MODEL_PATH=/x.onnx\n';
    expect(await told(overridden)).toMatchObject(passes);
    const files = (...paths: string[]) =>
      TOLD + paths.map((path) => `EnvironmentFiles=${path} (ignore_errors=yes)\n`).join('');
    expect(await told(files(at('env/live.env')))).toMatchObject(passes);
    expect(await told(files(at('env/live.env'), '/etc/more.env'))).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['environment_file not_listed']),
    });
    expect(await told(files(at('env/*.env')))).toMatchObject({ outcome: 'INCONCLUSIVE' });
    expect(await told(`${TOLD}EnvironmentFiles=\n`)).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['environment_file not_read']),
    });
  });

  test('a unit that was changed and read, but not restarted, starts another command than what runs', async () => {
    await start();
    const unit = async (words: string, pid = 0) => {
      const line = `ExecStart={ path=${at('bin/trader')} ; argv[]=${words} ; ignore_errors=no ; start_time=[n/a] ; pid=${pid} ; code=(null) }`;
      await writeFile(at('current'), `${TOLD}FragmentPath=/etc/systemd/system/x.service\n${line}\n`);
      return look({ how });
    };
    expect(await unit(`${at('bin/trader')} 600`)).toMatchObject(passes);
    // Nothing was read anew since the start.
    expect(await unit(`${at('bin/trader')} 900`, 77)).toMatchObject(passes);
    const changed = await unit(`${at('bin/trader')} 900`);
    expect(changed).toMatchObject({
      outcome: 'FAIL',
      findings: expect.arrayContaining(['unit other_command']),
    });
    expect(checkSentence(changed, 'en')).toContain('x.service starts another command than the process');
    expect(checkSentence(changed, 'zh-CN')).toContain('启动的命令与进程不同');
  });

  test('a variable that the process began with, and that nothing sets any more', async () => {
    const env = { PLOY_DRY_RUN: 'false', PLOY_KEY: 'hunter22', OTHER: 'x', PATH: '/bin' };
    await start([at('bin/trader'), '600'], at('models/a.onnx'), env);
    const held = await look({ how });
    expect(held).toMatchObject({ outcome: 'FAIL', findings: expect.arrayContaining(['variable held']) });
    const named = held.observed.filter((row) => row['finding'] === 'held').map((row) => row['name']);
    expect(named).toEqual(['PLOY_DRY_RUN', 'PLOY_KEY']);
    expect(checkSentence(held, 'en')).toContain(
      'the process has PLOY_DRY_RUN, which no environment file sets',
    );
    expect(JSON.stringify(held)).not.toContain('hunter22');
    await appendFile(at('env/live.env'), 'PLOY_DRY_RUN=false\nPLOY_KEY=hunter22\n');
    expect(await look({ how })).toMatchObject(passes);
    // Also where the manager does not tell how it has the service loaded.
    await writeFile(at('current'), '');
    await writeFile(at('env/live.env'), '');
    expect(await look({ how })).toMatchObject({ findings: expect.arrayContaining(['variable held']) });
  });

  test('a manager that does not tell is no pass', async () => {
    await start();
    await writeFile(at('current'), 'Environment=\n');
    expect(await look({ how })).toMatchObject({
      outcome: 'INCONCLUSIVE',
      findings: expect.arrayContaining(['unit not_told']),
    });
    expect(await look({ how, service: { current: undefined } })).toMatchObject({ outcome: 'INCONCLUSIVE' });
    await writeFile(at('current'), TOLD);
    const environ = ['printf', 'PLOY_CRYPTO_LOB_ML__MODEL_PATH=%s\\0', at('models/a.onnx')];
    const elsewhere = await look({ how, service: { environ } });
    expect(elsewhere).toMatchObject({
      outcome: 'INCONCLUSIVE',
      findings: expect.arrayContaining(['program not_told']),
    });
  });
});

import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseEnvironmentFile } from '../../src/hosts/environment/environment-file.js';
import type { ServiceManager } from '../../src/hosts/host.js';
import { compareCommand } from '../../src/hosts/managers/loaded-command.js';
import { createProcessReader } from '../../src/hosts/managers/process-environment.js';
import { processStart } from '../../src/hosts/managers/process-facts.js';
import type { StartPlan } from '../../src/hosts/managers/proof-of-start.js';
import { createSystemdManager } from '../../src/hosts/managers/systemd-manager.js';
import { watchStart } from '../../src/hosts/managers/watch-start.js';
import { unitIdentity } from '../../src/release/unit-identity.js';
import { logAs, startUserSystemd, type UserSystemd } from '../support/systemd.js';

const UNIT = 'ploy-test.service';
const clock = {
  now: () => new Date(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

let systemd: UserSystemd;
let manager: ServiceManager;

const file = (name: string) => join(systemd.folder, name);

function createManager(unit: string, userManager: boolean): ServiceManager {
  const { runner } = systemd;
  return createSystemdManager({ unit, userManager }, { runner, processes: createProcessReader(runner) });
}

beforeAll(async () => {
  systemd = await startUserSystemd();
  manager = createManager(UNIT, true);
  const script = `${logAs(UNIT, 'starting')}\n[ "$FAIL" = yes ] && { ${logAs(UNIT, 'cannot read MODEL_PATH TOKEN=hunter22')}; exit 3; }\n`;
  await writeFile(
    file('service'),
    `#!/bin/sh\n${script.replaceAll('%%', '%')}${logAs(UNIT, 'loaded lob-ml onnx model model_path=$MODEL_PATH').replaceAll('%%', '%')}\nexec sleep 600\n`,
    { mode: 0o755 },
  );
  const unit = ['[Service]', `EnvironmentFile=-${file('.env')}`, `EnvironmentFile=-${file('live.env')}`];
  await writeFile(
    join(systemd.unitFolder, UNIT),
    [...unit, `ExecStart=${file('service')}`, 'Restart=always', 'RestartSec=1', ''].join('\n'),
  );
  await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
});
afterAll(() => systemd.stop());

beforeEach(async () => {
  await writeFile(file('.env'), 'MODEL_PATH=/models/old.onnx\nDB_PASSWORD=hunter22\n');
  await writeFile(file('live.env'), 'MODEL_PATH="/models/new.onnx"\n');
});

async function restartAndWatch(more: Partial<StartPlan> = {}) {
  const before = await manager.status();
  const restartedAt = new Date();
  await manager.restart();
  const plan: StartPlan = {
    before,
    restartedAt,
    environment: new Map([['MODEL_PATH', '/models/new.onnx']]),
    loadedLine: { message: 'loaded lob-ml onnx model', fields: { model_path: '/models/new.onnx' } },
    errorLines: [/cannot read MODEL_PATH/],
    restartSecMs: 1000,
    timeoutMs: 15_000,
    ...more,
  };
  return watchStart(manager, plan, { clock, pollMs: 100 });
}

describe('a real unit', () => {
  test('a good start is proved: status, journal and environment of the process', async () => {
    const proof = await restartAndWatch();
    expect(proof).toMatchObject({
      kind: 'proved',
      loadedLine: 'loaded lob-ml onnx model model_path=/models/new.onnx',
    });
    const status = await manager.status();
    expect(status).toMatchObject({ activeState: 'active', subState: 'running', restarts: 0 });
    expect(status.invocationId).toMatch(/^[0-9a-f]{32}$/);
    expect(status.activeSince).toBeInstanceOf(Date);
    const again = await restartAndWatch();
    expect(again).toMatchObject({ kind: 'proved' });
    expect((await manager.status()).invocationId).not.toBe(status.invocationId);
    await manager.stop();
    expect(await manager.status()).toMatchObject({ activeState: 'inactive', mainPid: 0 });
  });

  test('a restart that returns 0 for a service that fails fast is told, with its words', async () => {
    await writeFile(file('live.env'), 'FAIL=yes\n');
    const proof = await restartAndWatch();
    expect(proof).toMatchObject({ kind: 'failed_fast' });
    expect(JSON.stringify(proof)).toContain('cannot read MODEL_PATH TOKEN=[redacted]');
    await manager.stop();
  });

  test('tells a unit that was changed and read anew from the process that it started before', async () => {
    const unit = 'changed.service';
    const own = createManager(unit, true);
    const write = async (...lines: string[]) => {
      await writeFile(join(systemd.unitFolder, unit), ['[Service]', ...lines, ''].join('\n'));
      await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
    };
    const finding = async () => {
      const [status, definition] = await Promise.all([own.status(), own.definition()]);
      const facts = await own.processFacts(status.mainPid, { asksStart: true, asksWords: true });
      return definition && compareCommand(definition, facts, processStart(status, facts));
    };
    await write('Environment=SECS=600', 'ExecStart=/bin/sleep $SECS');
    await own.restart();
    expect(await finding()).toBe('same');
    await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
    expect((await own.definition())?.command?.isOfProcess).toBe(false);
    expect(await finding()).toBe('same');
    // What a folder's time tells is whole once the clock has gone on.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await write('Environment=SECS=600', 'LimitNOFILE=99', 'ExecStart=/bin/sleep $SECS');
    expect(await finding()).toBe('unit_changed');
    await write('ExecStart=/bin/sleep 900');
    expect(await finding()).toBe('other_command');
    await own.restart();
    expect(await finding()).toBe('same');
    await own.stop();
  });

  test('reads what a service says in colour, from the moment when systemd started it', async () => {
    const unit = 'coloured.service';
    const path = file('coloured');
    const entry = (text: string) => `MESSAGE=${text}\\nUSER_UNIT=${unit}\\nSYSLOG_IDENTIFIER=ploy\\n`;
    const say = (text: string) => `printf '${entry(text)}' | logger --journald`;
    const lines = [
      say('starting'),
      say('\\033[1mloaded\\033[0m lob-ml onnx model model_path=/models/new.onnx'),
    ];
    await writeFile(path, ['#!/bin/sh', ...lines, say('after'), 'exec sleep 600', ''].join('\n'), {
      mode: 0o755,
    });
    await writeFile(
      join(systemd.unitFolder, unit),
      `[Service]\nEnvironmentFile=-${file('live.env')}\nExecStart=${path}\n`,
    );
    await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
    const coloured = createManager(unit, true);
    await coloured.restart();
    const { startedAt } = await coloured.status();
    if (startedAt === undefined) throw new Error('systemd does not say when it was started');
    const line = { message: 'loaded lob-ml onnx model', fields: { model_path: '/models/new.onnx' } };
    const find = { line };
    let log = await coloured.logs({ since: startedAt, find });
    for (let looks = 0; log.at(-1)?.text !== 'after' && looks < 100; looks++) {
      log = await coloured.logs({ since: startedAt, find });
    }
    const texts = log.map(({ text }) => text);
    expect(texts).toContain('loaded lob-ml onnx model model_path=/models/new.onnx');
    expect(texts.slice(0, 3)).toContain('starting');
    await coloured.stop();
  });

  test('a start begins before the process that it forks, however late systemd notes that one', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const issuedAt = new Date();
      await manager.restart();
      const { startedAt, mainPid } = await manager.status();
      const { stdout } = await systemd.runner.run([
        ...['systemctl', '--user', 'show', '--timestamp=us+utc', '--property=ConditionTimestamp', UNIT],
      ]);
      expect(mainPid).not.toBe(0);
      expect(startedAt?.getTime()).toBeGreaterThanOrEqual(issuedAt.getTime());
      expect(stdout.toString()).toContain(startedAt?.toISOString().slice(11, 23));
    }
    await manager.stop();
  });

  test('tells what it has loaded: a changed unit, variables of a unit, a drop-in and of the manager', async () => {
    const unit = 'loaded.service';
    const path = join(systemd.unitFolder, unit);
    const text = `[Service]\nEnvironmentFile=-${file('.env')}\nEnvironmentFile=${file('live.env')}\nExecStart=/bin/sleep 600\n`;
    const ctl = (...words: string[]) => systemd.runner.run(['systemctl', '--user', ...words]);
    await writeFile(path, text);
    await ctl('daemon-reload');
    const loaded = createManager(unit, true);
    await loaded.restart();
    expect(await loaded.definition()).toEqual({
      needsReload: false,
      variables: [],
      ofManager: expect.not.arrayContaining(['PATH', 'PLOY_FROM_MANAGER']),
      environmentFiles: [file('.env'), file('live.env')],
      fragment: path,
      dropIns: [],
      command: { path: '/bin/sleep', words: '/bin/sleep 600', isOfProcess: true },
    });
    const { filesChangedAt } = (await loaded.definition({ asksFiles: true })) ?? {};
    expect(filesChangedAt?.getTime()).toBeCloseTo((await stat(path)).ctimeMs, -2);
    await writeFile(path, `${text}Environment=PLOY_DRY_RUN=false "API_KEY=two words"\n`);
    expect(await loaded.definition()).toMatchObject({ needsReload: true, variables: [] });
    await mkdir(`${path}.d`);
    await writeFile(join(`${path}.d`, 'more.conf'), "[Service]\nEnvironment='COINS=a b X=1' SIZE=9\n");
    await ctl('daemon-reload');
    await ctl('set-environment', 'PLOY_FROM_MANAGER=1');
    expect(await loaded.definition()).toMatchObject({
      needsReload: false,
      variables: ['PLOY_DRY_RUN', 'API_KEY', 'COINS', 'SIZE'],
      ofManager: expect.arrayContaining(['PLOY_FROM_MANAGER']),
      dropIns: [join(`${path}.d`, 'more.conf')],
    });
    // Another value under the same name is another unit.
    const before = await unitIdentity(loaded, {});
    await writeFile(join(`${path}.d`, 'more.conf'), "[Service]\nEnvironment='COINS=a b X=1' SIZE=8\n");
    await ctl('daemon-reload');
    expect(before?.fragment).toBe(path);
    expect((await unitIdentity(loaded, {}))?.sha256).not.toBe(before?.sha256);
    await loaded.restart();
    const after = await unitIdentity(loaded, {});
    await ctl('daemon-reload');
    await loaded.restart();
    expect(await unitIdentity(loaded, {})).toEqual(after);
    await ctl('unset-environment', 'PLOY_FROM_MANAGER');
    const { mainPid, startedAt } = await loaded.status();
    expect(startedAt).toBeInstanceOf(Date);
    const facts = await loaded.processFacts(mainPid, { program: '/bin/sleep' });
    expect(facts).toMatchObject({ isAlive: true, program: { isDeleted: false, isNamed: true } });
    process.kill(mainPid, 'SIGKILL');
    await loaded.stop();
    expect(await loaded.processFacts(mainPid)).toMatchObject({ isAlive: false });
  });

  test('tells when the main process itself began: after what ExecStartPre fetched', async () => {
    const unit = 'fetching.service';
    const text = `[Service]\nExecStartPre=/bin/sh -c 'sleep 0.5; echo a model > ${file('fetched.onnx')}; sleep 0.2'\nExecStart=/bin/sleep 600\n`;
    await writeFile(join(systemd.unitFolder, unit), text);
    await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
    const fetching = createManager(unit, true);
    await fetching.restart();
    const { mainPid, startedAt, mainStartedAt } = await fetching.status();
    const { mtime } = await stat(file('fetched.onnx'));
    expect(startedAt?.getTime()).toBeLessThan(mtime.getTime());
    expect(mainStartedAt?.getTime()).toBeGreaterThan(mtime.getTime());
    const facts = await fetching.processFacts(mainPid, { asksStart: true });
    expect(facts?.startedAt?.getTime()).toBeGreaterThan(mtime.getTime());
    await fetching.stop();
  });

  test('a unit that does not exist', async () => {
    const absent = createManager('absent.service', true);
    await expect(absent.status()).rejects.toMatchObject({ code: 'not_found' });
    await expect(absent.restart()).rejects.toMatchObject({ code: 'command_failed' });
    expect(() => createManager('--all', false)).toThrow('unit');
  });
});

/** Texts on which a parser could differ from systemd: both have to give the service the same environment. */
const TEXTS = [
  'A=1\n B = two words \t\nC=\n',
  'A="a \\"b\\" \\\\ \\$ \\` \\n"\nB=\'it \\ "$x" \'\n',
  'A="one"  \'two\' three\nB=b"c"\nC="quoted" # not a comment\n',
  'A=one \\\n  two\nB="one \\\ntwo"\nC="one\ntwo"\n',
  'A=a\\ b\\\\c\\"d\nB=tail\\ \nC=end\\',
  'A=a\\\r\nB=2\r\nC=3\rD=4',
  'junk\nexport A=1\n1A=1\nA-B=1\n=1=2\nB=2',
  'A=1\nA="a\u001bb"\nB=1\n',
  'A=1\nB="2\nC=3\n',
  '# A=1\n; B=2\n  # C=3\nD=4#5;6\n',
  '\ufeffA=1\nB=日本\nA=2',
  '# why \\\nA=1\nB=2',
];
const randomText = fc
  .array(
    fc.constantFrom(
      '\nA=',
      '\nB=',
      '\r\n',
      '\n',
      '\\',
      '"',
      "'",
      '#',
      ';',
      '=',
      ' ',
      '\t',
      '$',
      'x',
      'ü',
      '\\\n',
    ),
    {
      maxLength: 25,
    },
  )
  .map((parts) => parts.join(''));

test('the parser reads what systemd reads', async () => {
  const show = 'environment-test.service';
  await writeFile(
    join(systemd.unitFolder, show),
    `[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nEnvironmentFile=${file('text.env')}\nExecStart=/bin/sh -c 'env -0 > ${file('seen')}'\n`,
  );
  await systemd.runner.run(['systemctl', '--user', 'daemon-reload']);
  const { stdout: version } = await systemd.runner.run(['systemctl', '--version']);
  const commentsContinue = Number(/^systemd (\d+)/.exec(version.toString())?.[1]) < 254;
  for (const text of [...TEXTS, ...fc.sample(randomText, 60)]) {
    await writeFile(file('text.env'), text);
    const { exitCode, stderr } = await systemd.runner.run(['systemctl', '--user', 'start', show]);
    expect({ text, exitCode, says: stderr }).toEqual({ text, exitCode: 0, says: '' });
    const { stdout } = await systemd.runner.run(['cat', file('seen')]);
    const seen = stdout.toString('utf8').split('\0');
    const parsed = new Map(
      parseEnvironmentFile(text, { commentsContinue }).assignments.map(({ name, value }) => [name, value]),
    );
    const read = [...parsed].map(([name, value]) => `${name}=${value}`);
    const ours = (record: string) => /^[ABCDx]+=/.test(record);
    expect({ text, read: seen.filter(ours).sort() }).toEqual({ text, read: read.filter(ours).sort() });
  }
});

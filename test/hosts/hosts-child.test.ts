import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HostsChild, type HostsChildOptions } from '../../src/hosts/apart/hosts-child.js';
import type { Host, HostError } from '../../src/hosts/host.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { eventually, isAlive } from '../sandbox/host/eventually.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';

/** A host of this machine whose work the real process for hosts does. */

const programs = join(PROGRAMS_FOLDER, `hosts-${process.pid}`);
const program = join(programs, 'hosts-process.mjs');

let folder: string;
let settings: TargetHost;
let child: HostsChild;
let apart: Host;
let said: string[];
const at = (path: string) => join(folder, path);
const textOf = (name: string) => readFile(at(name), 'utf8').catch(() => '');

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, '../../src/app/hosts-process.ts')];
  await buildPrograms({ entryPoints, folder: programs, extension: '.mjs' });
});
afterAll(() => rm(programs, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-hosts-'));
  await mkdir(at('models'));
  await writeFile(at('own.env'), 'FLAG=true\n');
  settings = hostSettings();
  said = [];
  await open();
});
afterEach(async () => {
  await child.close();
  await rm(folder, { recursive: true, force: true });
});

/** Its status names the process that asked; its stop says so, and ends when a file lets it, or with the folder. */
function hostSettings(): TargetHost {
  const status = `printf "ActiveState=active\\nMainPID=$PPID\\nNRestarts=0\\nActiveEnterTimestamp=2026-03-01T11:00:00Z\\n"`;
  const stop = `echo $PPID >> ${at('stops')}; while [ ! -e ${at('gate')} ] && [ -e ${folder} ]; do sleep 0.02; done; echo done >> ${at('stops')}`;
  const service = {
    manager: 'command',
    status: ['sh', '-c', status],
    restart: ['sh', '-c', 'echo it is masked >&2; exit 3'],
    stop: ['sh', '-c', stop],
    logs: ['printf', '2026-03-01T11:00:01Z started\\n'],
    environ: ['env'],
  };
  const target = {
    service,
    environmentFiles: [at('own.env')],
    models: at('models'),
    hosts: [{ name: 'one' }],
    approval: { quorum: 1 },
  };
  const source = { defaultTarget: 'stage', roles: { operators: ['U1'] }, targets: { stage: target } };
  const [host] =
    parseTargets('targets', Buffer.from(JSON.stringify(source))).targets.get('stage')?.hosts ?? [];
  if (host === undefined) throw new Error('no host');
  return host;
}

async function open(changed: Partial<HostsChildOptions> = {}): Promise<void> {
  child = new HostsChild({
    environment: { PATH: process.env.PATH, SECRET: 'of the bot' },
    clock: systemClock,
    logger: { warn: (_: unknown, says?: string) => said.push(says ?? '') },
    program,
    ...changed,
  });
  apart = child.hostOf(settings);
  await child.warm();
}

/** The process that starts the host's programs. */
const asker = async () => (await apart.service.status()).mainPid;

const outcomeOf = (host: Host, work: (host: Host) => Promise<unknown>) =>
  work(host).then(
    (value) => value,
    ({ name, code, host: of, message }: HostError) => ({ name, code, of, message }),
  );

describe('says what the bot itself would have said', () => {
  const since = new Date('2026-03-01T10:00:00Z');
  const cases: readonly { readonly of: string; readonly work: (host: Host) => Promise<unknown> }[] = [
    { of: 'a file', work: (host) => host.readFile(at('own.env')) },
    { of: 'a file that is not there', work: (host) => host.readFile(at('other.env')) },
    { of: 'a file that is too large', work: (host) => host.readFile(at('own.env'), { maxBytes: 3 }) },
    { of: 'a file of others', work: (host) => host.readFile('/etc/hostname') },
    { of: 'what stands at a path', work: (host) => host.stat(at('own.env')) },
    { of: 'a hash', work: (host) => host.sha256(at('own.env')) },
    { of: 'a folder', work: (host) => host.listFiles(at('models')) },
    { of: 'who may read', work: (host) => host.readableBy(at('own.env'), 'nobody') },
    { of: 'the log', work: (host) => host.service.logs({ since, limit: 5 }) },
    { of: 'a process', work: (host) => host.service.processEnvironment(1, ['LC_ALL', 'OTHER']) },
    { of: 'a restart that fails', work: (host) => host.service.restart({ timeoutMs: 5_000 }) },
    { of: 'a removal', work: (host) => host.removeFile(at('models/none')) },
    {
      of: 'a change that others have made before',
      work: (host) => host.replaceFile(at('own.env'), Buffer.from('x'), { expectedSha256: '00' }),
    },
  ];
  test.each(cases)('of $of', async ({ work }) => {
    expect(await outcomeOf(apart, work)).toEqual(await outcomeOf(createHost(settings), work));
    expect(await asker()).not.toBe(process.pid);
  });
});

test('writes as the bot itself would have written', async () => {
  await apart.replaceFile(at('own.env'), Buffer.from('FLAG=false\n\0'), { backupPath: at('own.env.before') });
  await apart.copyFile(at('own.env'), at('models/copy'));
  const sha256 = await apart.sha256(at('own.env'));
  await apart.installFile(at('own.env'), at('models/installed'), { sha256 });
  expect(await textOf('own.env')).toBe('FLAG=false\n\0');
  expect(await textOf('own.env.before')).toBe('FLAG=true\n');
  expect(await textOf('models/copy')).toBe('FLAG=false\n\0');
  expect(await textOf('models/installed')).toBe('FLAG=false\n\0');
});

test('puts wanted values in force in one call, and notes before what stood there', async () => {
  const first = await asker();
  const wanted = new Map([['FLAG', 'false']]);
  const note = { path: at('halts/note.json'), content: { of: 'a halt' } };
  const written = await child.writeWanted()(settings, wanted, { timeoutMs: 5_000, note });
  expect(written).toEqual({ wasDone: false, files: [at('own.env')], before: { FLAG: 'true' } });
  expect(await textOf('own.env')).toBe('FLAG=false\n');
  expect(JSON.parse(await textOf('halts/note.json'))).toEqual({ of: 'a halt', before: { FLAG: 'true' } });
  expect(await asker()).toBe(first);
});

test('of wanted values whose writing is killed it is not known what became of them, and nobody begins again', async () => {
  // An ssh that never comes through, and says that it was started.
  await mkdir(at('bin'));
  const ssh = `#!/bin/sh\necho $PPID >> ${at('calls')}\nexec sleep 60\n`;
  await writeFile(at('bin/ssh'), ssh, { mode: 0o755 });
  const environment = { PATH: `${at('bin')}:${process.env.PATH}` };
  const requirements = { ssh: { controlFolder: folder, serviceControlFolder: folder, environment } };
  const first = await asker();
  const far = { ...settings, connection: { kind: 'ssh' as const, address: 'far' } };
  const writing = child.writeWanted(requirements)(far, new Map([['FLAG', 'false']]), { timeoutMs: 60_000 });
  const outcome = writing.then(
    () => undefined,
    ({ code }: HostError) => code,
  );
  await eventually('its start', async () => (await textOf('calls')) !== '');
  process.kill(first, 'SIGKILL');
  expect(await outcome).toBe('unreachable');
  expect(await textOf('calls')).toBe(`${first}\n`);
});

test('gets nothing of the environment of the bot but what a program is given', async () => {
  const found = await apart.service.processEnvironment(1, ['SECRET', 'TZ']);
  expect([...(found ?? [])]).toEqual([['TZ', 'UTC']]);
});

test('what is cancelled ends', async () => {
  const stop = new AbortController();
  const running = outcomeOf(apart, ({ service }) => service.stop({ signal: stop.signal }));
  await eventually('its start', async () => (await textOf('stops')) !== '');
  stop.abort();
  expect(await running).toMatchObject({ code: 'cancelled' });
  expect(await outcomeOf(apart, ({ service }) => service.status({ signal: stop.signal }))).toMatchObject({
    code: 'cancelled',
  });
});

test('without a process for hosts the bot does the work', async () => {
  await child.close();
  await writeFile(at('ends.mjs'), 'process.exit(1);');
  await open({ program: at('ends.mjs') });
  expect(await asker()).toBe(process.pid);
  expect(said).toEqual(['the bot does the work of hosts itself']);
});

test('one that does not begin is ended, and the work is done once', async () => {
  const first = await asker();
  await writeFile(at('gate'), '');
  process.kill(first, 'SIGSTOP');
  await apart.service.stop();
  expect(isAlive(first)).toBe(false);
  expect(await textOf('stops')).toBe(`${process.pid}\ndone\n`);
  await child.warm();
  expect([first, process.pid]).not.toContain(await asker());
  expect(await textOf('stops')).toBe(`${process.pid}\ndone\n`);
});

test('what became of an act whose process is killed is not known; a look is taken again', async () => {
  const first = await asker();
  const acting = outcomeOf(apart, ({ service }) => service.stop());
  await eventually('its start', async () => (await textOf('stops')) !== '');
  process.kill(first, 'SIGKILL');
  expect(await acting).toMatchObject({ code: 'unreachable', of: 'one' });
  expect(await asker()).not.toBe(first);
  // It goes on, and nobody has begun it again.
  await writeFile(at('gate'), '');
  await eventually('its end', async () => (await textOf('stops')).endsWith('done\n'));
  expect(await textOf('stops')).toBe(`${first}\ndone\n`);
});

test('a look whose process is killed under it is taken by the bot', async () => {
  const first = await asker();
  const slow = `echo $PPID >> ${at('looks')}; if [ $PPID = ${first} ]; then sleep 60; fi; printf "ActiveState=active\\nMainPID=7\\nNRestarts=0\\n"`;
  if (settings.service.manager !== 'command') throw new Error('another manager');
  const host = child.hostOf({ ...settings, service: { ...settings.service, status: ['sh', '-c', slow] } });
  const looking = host.service.status();
  await eventually('its start', async () => (await textOf('looks')) !== '');
  process.kill(first, 'SIGKILL');
  expect((await looking).mainPid).toBe(7);
  expect(await textOf('looks')).toBe(`${first}\n${process.pid}\n`);
});

test('one that hangs under an act does not hold the bot', async () => {
  await child.close();
  await open({ lookMs: 100 });
  const first = await asker();
  const acting = outcomeOf(apart, ({ service }) => service.stop());
  await eventually('its start', async () => (await textOf('stops')) !== '');
  process.kill(first, 'SIGSTOP');
  expect(await acting).toMatchObject({ code: 'unreachable' });
  expect(isAlive(first)).toBe(false);
});

test('it ends with the bot, after what it has begun', async () => {
  const bot = fork(program, [], { serialization: 'advanced' });
  await once(bot, 'message');
  const call = { settings, requirements: {}, method: 'service.stop', words: [] };
  bot.send({ t: 'q', m: 'call', i: 'one', a: [1, call] });
  await eventually('its start', async () => (await textOf('stops')) !== '');
  const exited = once(bot, 'exit');
  bot.kill('SIGTERM');
  bot.disconnect();
  await writeFile(at('gate'), '');
  expect(await exited).toEqual([0, null]);
  expect(await textOf('stops')).toBe(`${bot.pid}\ndone\n`);
});

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { examineHaltActs } from '../../src/doctor/examine-halt-acts.js';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import type { TargetHost } from '../../src/hosts/kinds/target-host.js';
import { createLocalCommandRunner } from '../../src/hosts/local/local-command-runner.js';
import { createLocalHost } from '../../src/hosts/local/local-host.js';
import { createServiceManager } from '../../src/hosts/managers/service-managers.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { say } from '../../views/sentence.js';
import { type Sshd, startSshd } from '../support/sshd.js';
import { startUserSystemd, type UserSystemd } from '../support/systemd.js';

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const hasSudo = existsSync('/usr/bin/sudo');
const withSudo = hasSudo ? test : test.skip;

let folder: string;
let sshd: Sshd;
let systemd: UserSystemd;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halt-acts-'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'live.env'), 'S__ENABLED=true\n', { mode: 0o644 });
  [sshd, systemd] = await Promise.all([startSshd(), startUserSystemd()]);
});
afterAll(async () => {
  await Promise.all([sshd.stop(), systemd.stop()]);
  await rm(folder, { recursive: true });
});

const COMMANDS = {
  ...{ manager: 'command', status: ['true'], logs: ['true'], restart: ['true'], stop: ['true'] },
};

function hostOf(service: object, connection?: object): TargetHost {
  const hosts = [
    { name: 'h1', environmentFiles: [join(folder, 'live.env')], service, ...(connection && { connection }) },
  ];
  const source = {
    ...{ defaultTarget: 'live', roles: { operators: ['U1'] } },
    targets: { live: { hosts, approval: { quorum: 1 } } },
  };
  const [host] =
    parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets.get('live')?.hosts ?? [];
  if (host === undefined) throw new Error('there is no host');
  return host;
}

async function found(settings: TargetHost, host: () => ReturnType<typeof createHost>) {
  const seen = await examineHaltActs({ name: 'live' }, settings, { hostOf: host }).examine();
  return seen.map((one) => `${one.state}: ${say(one.seen, 'en')}`);
}

/** This machine as an account sees it for whom sudo knows these rules: the real sudo, by a file of its own. */
async function runnerWith(rules: string): Promise<CommandRunner> {
  const sudoers = join(folder, 'sudoers');
  await writeFile(sudoers, rules, { mode: 0o440 });
  const local = createLocalCommandRunner({ host: 'h1' });
  const enter = `mount --bind ${sudoers} /etc/sudoers && exec ${NOBODY.join(' ')} "$@"`;
  return {
    ...local,
    run: (command, options) => local.run(['unshare', '-m', 'sh', '-c', enter, 'sh', ...command], options),
  };
}

withSudo('sudo says word for word which commands of a halt it lets run, and which not', async () => {
  const service = { manager: 'systemd', unit: 'ploy.service', sudo: ['sudo', '-n'] };
  const settings = hostOf(service);
  const rules = [
    'root ALL=(ALL) ALL',
    'nobody ALL=(root) NOPASSWD: /usr/bin/systemctl --no-pager restart ploy.service',
    '',
  ];
  const runner = await runnerWith(rules.join('\n'));
  const host = createLocalHost({
    name: 'h1',
    service: createServiceManager(settings.service, { runner, processes: undefined }),
    folders: [folder],
    runner,
  });
  const seen = await found(settings, () => host);
  expect(seen.filter((line) => line.startsWith('fault'))).toEqual([
    expect.stringMatching(
      /sudo does not let the account run `sudo -n systemctl --no-pager stop ploy\.service`/,
    ),
    expect.stringMatching(/sudo does not let .* kill --signal=KILL ploy\.service`/),
  ]);
});

test('behind ssh as an account that may write nothing the file is not replaced, and nothing is left', async () => {
  const connection = { ssh: { address: sshd.address, configFile: sshd.configFile, sudo: NOBODY } };
  const settings = hostOf(COMMANDS, connection);
  const { controlFolder } = sshd;
  const reach = { ssh: { controlFolder, serviceControlFolder: controlFolder, environment: {} } };
  const before = await readdir(folder);
  const seen = await found(settings, () => createHost(settings, reach));
  expect(seen).toEqual([
    expect.stringMatching(/^fault: a halt could not write .*live\.env: h1: .*/),
    'ok: 2 commands of a halt are there and may be run',
  ]);
  expect(await readdir(folder)).toEqual(before);
});

test('a unit of the real systemd that reads other files than the targets file lists', async () => {
  const unit = 'halt-acts.service';
  await writeFile(
    join(systemd.unitFolder, unit),
    `[Service]\nEnvironmentFile=${join(folder, 'live.env')}\nEnvironmentFile=-/etc/more.env\nExecStart=/bin/sleep 1000\n`,
  );
  execFileSync(systemd.enter[0] ?? '', [...systemd.enter.slice(1), 'systemctl', '--user', 'daemon-reload']);
  const settings = hostOf({ manager: 'systemd', unit, userManager: true });
  const host = createLocalHost({
    name: 'h1',
    service: createServiceManager(settings.service, { runner: systemd.runner, processes: undefined }),
    folders: [folder],
  });
  expect(await found(settings, () => host)).toEqual([
    expect.stringMatching(/^ok: a halt can replace .*live\.env/),
    expect.stringMatching(/^fault: the unit reads \/etc\/more\.env, which the targets file does not list/),
    'ok: 3 commands of a halt are there and may be run',
  ]);
});

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commandsByHand } from '../../src/halt/commands-by-hand.js';
import { parseTargets, type Target } from '../../src/runbook/targets.js';
import { type Sshd, startSshd } from '../support/sshd.js';

/** What a report tells people to type, typed: over a real sshd, by the settings of the targets file alone. */
const run = promisify(execFile);
let sshd: Sshd;
let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  sshd = await startSshd();
  folder = await mkdtemp(join(tmpdir(), "lobml it's pasted "));
  // Neither the key nor the port stands in it: whoever leaves out one of the settings does not get in.
  const config = (await readFile(sshd.configFile, 'utf8')).replace(/^ +(IdentityFile|Port) .*\n/gm, '');
  await writeFile(at('ssh config'), config);
  await copyFile(join(dirname(sshd.configFile), 'user'), at('key'));
});
afterAll(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true });
});

function targetWith(ssh: object): Target {
  const mark = (name: string) => [
    'sh',
    '-c',
    'printf "%s|" "$@" >> "$0"',
    at(name),
    "it's",
    '$HOME',
    '*',
    'two words',
  ];
  const service = {
    manager: 'command',
    status: mark('status'),
    restart: mark('restart'),
    stop: mark('stop'),
    kill: mark('kill'),
    logs: ['true'],
  };
  const host = {
    name: 'one',
    connection: { ssh: { address: sshd.address, configFile: at('ssh config'), port: sshd.port, ...ssh } },
  };
  const environmentFiles = [at('own.env')];
  const live = { service, environmentFiles, hosts: [host], approval: { quorum: 1 } };
  const source = { defaultTarget: 'live', roles: { operators: ['U1'] }, targets: { live } };
  const target = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets.get('live');
  if (target === undefined) throw new Error('There is no target.');
  return target;
}

/** In a shell without an agent and without the settings of whoever runs the tests. */
const paste = (line: string) =>
  run('env', ['-i', `PATH=${process.env['PATH'] ?? ''}`, `HOME=${folder}`, 'bash', '-c', line]);

test.each([
  ['the key for everything', () => ({ identityFile: at('key') })],
  ['a key of the service alone', () => ({ identityFile: at('none'), serviceIdentityFile: at('key') })],
])('each command works as pasted, with a file of settings, a port, and %s', async (_whose, ssh) => {
  const commands = commandsByHand(targetWith(ssh())).get('one');
  if (commands === undefined) throw new Error('There is no host.');
  for (const name of ['stop', 'restart', 'status', 'kill'] as const) {
    await rm(at(name), { force: true });
    await paste(commands[name] ?? '');
    expect(await readFile(at(name), 'utf8')).toBe("it's|$HOME|*|two words|");
  }
});

import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../../src/hosts/command-runner.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { createSshCommandRunner } from '../../src/hosts/ssh/ssh-command-runner.js';
import { type Sshd, startSshd } from '../support/sshd.js';

let sshd: Sshd;
let root: string;
let runner: CommandRunner;
beforeAll(async () => {
  sshd = await startSshd();
  runner = createSshCommandRunner({ name: 'there', ...sshd });
});
afterAll(() => sshd.stop());
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'lobml-noise-')));
});
afterEach(async () => {
  await sshd.force(undefined);
  await sshd.disconnect();
  await rm(root, { recursive: true });
});

/** Whatever the account's login shell does: it gets the line that was sent, as sshd hands it to one. */
async function loginShell(script: string): Promise<void> {
  const path = join(root, 'shell');
  await writeFile(path, `#!/bin/bash\n${script}\n`);
  await chmod(path, 0o755);
  await sshd.disconnect();
  await sshd.force(path);
}

const hostWith = (more: object = {}) =>
  createHost(
    {
      name: 'there',
      connection: { kind: 'ssh', address: sshd.address, configFile: sshd.configFile, ...more },
      service: {
        manager: 'command',
        status: ['true'],
        restart: ['true'],
        stop: ['true'],
        logs: ['true'],
        restartSecs: 5,
      },
      environmentFiles: [{ path: join(root, '.env'), optional: false }],
      writtenEnvironmentFile: join(root, '.env'),
      models: undefined,
      binary: undefined,
    },
    { ssh: { controlFolder: sshd.controlFolder, serviceControlFolder: sshd.controlFolder, environment: {} } },
  );

describe('what a login shell prints is no answer', () => {
  const NOISE = `echo 'ActiveState=active'; printf 'no end of line'; echo "bash: /x: No such file or directory" >&2`;

  test('a profile that prints, before and after', async () => {
    await loginShell(`${NOISE}\n/bin/sh -c "$SSH_ORIGINAL_COMMAND"; code=$?; ${NOISE}; exit $code`);
    await writeFile(join(root, '.env'), 'A=1\n');
    const host = hostWith();
    expect((await host.readFile(join(root, '.env')))?.bytes.toString()).toBe('A=1\n');
    expect(await host.stat(join(root, 'none'))).toBeUndefined();
    await host.replaceFile(join(root, '.env'), Buffer.from('A=2\n'));
    expect((await host.readFile(join(root, '.env')))?.bytes.toString()).toBe('A=2\n');
    // After the mark of the end only the end of the stream counts for nothing.
    const { exitCode, stderr } = await runner.run(['sh', '-c', 'echo words >&2; exit 7']);
    expect([exitCode, stderr]).toEqual([7, 'words\n']);
  });

  test('an end that ssh itself has, too, is the command’s', async () => {
    expect((await runner.run(['sh', '-c', 'exit 255'])).exitCode).toBe(255);
  });

  test('words arrive as they are through a shell that reads quotes as csh and fish do', async () => {
    // Both read a backslash, csh also an exclamation mark and a line break, otherwise than sh does, in quotes, too.
    await loginShell(`case $SSH_ORIGINAL_COMMAND in
      *\\\\*|*'!'*|*$'\\n'*) echo 'Unmatched quote.'; exit 1 ;;
      *) eval "$SSH_ORIGINAL_COMMAND" ;;
    esac`);
    const words = ['a b', "it's", '$HOME `id` "x" !!', '', '*', 'new\nline\n', 'back\\slash \\n \\\\', '%s'];
    const { stdout } = await runner.run(['printf', '%s\\0', ...words]);
    expect(stdout.toString().split('\0').slice(0, -1)).toEqual(words);
  });
});

describe('where nothing of what was sent was done, no answer says that it was', () => {
  const runsNone = (words: unknown) => ({ fault: { code: 'host_runs_no_command', facts: { words } } });

  test('a forced command that prints and says yes', async () => {
    await loginShell('echo ActiveState=active');
    const host = hostWith();
    await expect(host.service.restart()).rejects.toMatchObject({ code: 'unreadable_answer' });
    await expect(host.service.restart()).rejects.toMatchObject(runsNone(expect.any(String)));
  });

  test('an account without a login, in its own words', async () => {
    await loginShell("echo 'This account is currently not available.' >&2; exit 1");
    const says = runsNone('This account is currently not available.');
    await expect(runner.run(['true'])).rejects.toMatchObject(says);
  });
});

test('sudo that asks for a password is named, with what helps', async () => {
  const sudo = join(root, 'sudo');
  const says = 'sudo: a terminal is required to read the password; either use the -S option';
  await writeFile(sudo, `#!/bin/sh\necho '${says}' >&2\nexit 1\n`, { mode: 0o755 });
  const host = hostWith({ sudo: [sudo] });
  const asked = host.readFile(join(root, '.env'));
  await expect(asked).rejects.toMatchObject({ code: 'permission_denied' });
  await expect(asked).rejects.toMatchObject({ fault: { code: 'host_sudo_asks' } });
});

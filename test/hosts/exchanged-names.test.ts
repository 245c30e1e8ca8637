import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { deadManScript } from '../../src/hosts/dead-man/dead-man-script.js';
import { COPY_SCRIPT, REMOVE_SCRIPT, REPLACE_SCRIPT } from '../../src/hosts/ssh/remote-scripts.js';
import { sha256Of } from '../../src/machine/sha256.js';

/**
 * With `sudo` the scripts run as root in folders of the service's account: what that account may exchange there while
 * they run must lead root nowhere. Root alone can try it.
 */
const asRoot = process.getuid?.() === 0 ? test : test.skip;
const NOBODY = 65_534;

let root: string;
let folder: string;
let secret: string;
let attacker: ChildProcess | undefined;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lobml-names-'));
  await chmod(root, 0o755);
  folder = join(root, 'env');
  await mkdir(folder);
  await chown(folder, NOBODY, NOBODY);
  await mkdir(join(root, 'etc'));
  secret = join(root, 'etc', 'shadow');
  await writeFile(secret, 'root only\n', { mode: 0o600 });
  await writeFile(join(folder, 'live.env'), 'A=1\n', { mode: 0o640 });
  await chown(join(folder, 'live.env'), NOBODY, NOBODY);
});
afterEach(async () => {
  attacker?.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

/** The service's account: exchanges whatever the scripts make in its folder for a link to a file of root's. */
async function attack(): Promise<void> {
  const program = `
    const { readdirSync, renameSync, symlinkSync } = require('node:fs');
    process.stdout.write('ready');
    for (let n = 0; ; n += 1) {
      try {
        for (const name of readdirSync('.')) {
          if (!name.startsWith('.lobml-') && !name.startsWith('.mark.')) continue;
          try { renameSync(name, 'was-' + n); symlinkSync(${JSON.stringify(secret)}, name); } catch {}
        }
      } catch {}
    }`;
  attacker = spawn(process.execPath, ['-e', program], { cwd: folder, uid: NOBODY, gid: NOBODY });
  await new Promise((resolve) => attacker?.stdout?.once('data', resolve));
}

const run = (script: string, words: readonly string[], input = '') =>
  execa('sh', ['-c', script, 'lobml', ...words, root], { input, reject: false });
const replace = (text: string, backup = '') =>
  run(REPLACE_SCRIPT, [join(folder, 'live.env'), '', backup, '', `${sha256Of(text)} 644`], text);

asRoot(
  'a file of root alone stays root’s, whatever the service’s account puts in the place of what is made',
  async () => {
    await attack();
    for (let time = 0; time < 12; time += 1) {
      await replace(`A=${time}\n`, join(folder, `backup-${time}`));
      await run(COPY_SCRIPT, [join(folder, 'live.env'), join(folder, `kept-${time}`), '', '', '']);
      const { uid, mode } = await stat(secret);
      expect([uid, mode & 0o777, await readFile(secret, 'utf8')]).toEqual([0, 0o600, 'root only\n']);
    }
    // Nothing of root's lies open in the account's folder either.
    for (const name of await readdir(folder)) {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      if ((await stat(join(folder, name))).uid === NOBODY) expect(text).not.toContain('root only');
    }
  },
  120_000,
);

asRoot(
  'without an attack a file is replaced, backed up and copied with its owner and mode, and nothing is left',
  async () => {
    expect((await replace('A=2\n', join(folder, 'backup'))).exitCode).toBe(0);
    expect(
      (await run(COPY_SCRIPT, [join(folder, 'live.env'), join(folder, 'kept'), '', '', ''])).exitCode,
    ).toBe(0);
    const facts = async (name: string) => {
      const { uid, gid, mode } = await stat(join(folder, name));
      return [uid, gid, mode & 0o777, await readFile(join(folder, name), 'utf8')];
    };
    expect(await facts('live.env')).toEqual([NOBODY, NOBODY, 0o640, 'A=2\n']);
    expect(await facts('backup')).toEqual([NOBODY, NOBODY, 0o640, 'A=1\n']);
    expect(await facts('kept')).toEqual([NOBODY, NOBODY, 0o640, 'A=2\n']);
    expect((await run(REMOVE_SCRIPT, [join(folder, 'kept'), '', '', '', ''])).exitCode).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['backup', 'live.env']);
  },
);

asRoot(
  'nor when the dead man of a host turns the flag off there',
  async () => {
    await attack();
    const text = deadManScript(
      {
        releaseId: 'r-1',
        flag: 'P__ENABLED',
        off: 'false',
        file: join(folder, 'live.env'),
        laterFiles: [],
        markPath: join(folder, '.mark'),
      },
      {
        status: ['printf', 'ActiveState=inactive\\nMainPID=0\\n'],
        restart: ['true'],
        stop: ['true'],
      },
      'lobml-dead-man-x',
    );
    for (let time = 0; time < 8; time += 1) {
      // What it cannot do it tries again for ever.
      await execa('timeout', ['-s', 'KILL', '3', 'sh', '-c', text], { reject: false });
      const { uid, mode } = await stat(secret);
      expect([uid, mode & 0o777, await readFile(secret, 'utf8')]).toEqual([0, 0o600, 'root only\n']);
    }
  },
  120_000,
);

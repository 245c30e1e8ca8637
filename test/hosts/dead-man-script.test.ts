import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deadManScript } from '../../src/hosts/dead-man/dead-man-script.js';
import { parseDeadManMark } from '../../src/hosts/dead-man.js';
import { editEnvironmentFile } from '../../src/hosts/environment/environment-edit.js';

const FLAG = 'PLOY_CRYPTO_LOB_ML__ENABLED';

let folder: string;
const path = (name: string) => join(folder, name);
const read = (name: string) => readFile(path(name), 'utf8');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dead man-'));
  await mkdir(path('env'));
  await writeFile(path('told'), '');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A service of files: what runs has the environment in `process`; what it is told stands in `told`. */
function script({ later = [] as string[], restart = 'restarts', kill = false } = {}): string {
  const say = (what: string, act: string) => ['sh', '-c', `echo ${what} >> "$0/told"; ${act}`, folder];
  const starts = `grep '^${FLAG}=' "$0/env/live.env" | tail -n 1 > "$0/process"`;
  const acts: Record<string, string> = {
    restarts: starts,
    'says no': 'exit 3',
    'does nothing': ':',
    hangs: `[ "$(grep -c restart "$0/told")" = 2 ] && { ${starts}; exit; }; exec sleep 30`,
  };
  return deadManScript(
    {
      releaseId: 'r-1',
      flag: FLAG,
      off: 'false',
      file: path('env/live.env'),
      laterFiles: later.map(path),
      markPath: path('env/.mark'),
    },
    {
      status: [
        'sh',
        '-c',
        '[ -e "$0/process" ] && echo ActiveState=active && echo MainPID=7 || { echo ActiveState=inactive; echo MainPID=0; }',
        folder,
      ],
      restart: say('restart', acts[restart] ?? ''),
      stop: say('stop', 'rm -f "$0/process"'),
      kill: kill ? say('kill', ':') : undefined,
      environ: ['sh', '-c', '[ "$1" = 7 ] && tr "\\n" "\\0" < "$0/process"', folder, '{pid}'],
      killAfterSecs: 1,
    },
    'lobml-dead-man-x',
  );
}

const run = (text: string) => {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', text], { encoding: 'utf8', timeout: 60_000 });
  return { status, stderr };
};
const told = async () => (await read('told')).split('\n').filter((word) => word !== '');
const mark = async () => parseDeadManMark(await readFile(path('env/.mark')));

async function place(text: string, running = `${FLAG}=true`) {
  await writeFile(path('env/live.env'), text);
  await writeFile(path('process'), `${running}\n`);
}

describe('the flag of a service goes off', () => {
  test('by one line of its file, and a restart; owner, mode and everything else stay', async () => {
    await place(`# on\nSECRET='a b'\n${FLAG}=true\nOTHER=1\n`);
    await chmod(path('env/live.env'), 0o646);
    expect(run(script())).toEqual({ status: 0, stderr: '' });
    expect(await read('env/live.env')).toBe(`# on\nSECRET='a b'\n${FLAG}=false\nOTHER=1\n`);
    expect((await stat(path('env/live.env'))).mode & 0o7777).toBe(0o646);
    expect(await told()).toEqual(['restart']);
    expect(await mark()).toEqual({ release: 'r-1', state: 'off', at: expect.any(Number) });
    // Nothing is left beside them.
    const { stdout } = spawnSync('ls', ['-A', path('env')], { encoding: 'utf8' });
    expect(stdout).toBe('.mark\nlive.env\n');
  });

  test('also in a later file that sets it, and only there', async () => {
    await place(`${FLAG}=true\n`);
    await writeFile(path('env/later.env'), `A=1\n${FLAG}="true"\n`);
    await writeFile(path('env/last.env'), 'A=2\n');
    const later = ['env/later.env', 'env/last.env', 'env/none.env'];
    expect(run(script({ later }))).toMatchObject({ status: 0 });
    expect(await read('env/later.env')).toBe(`A=1\n${FLAG}=false\n`);
    expect(await read('env/last.env')).toBe('A=2\n');
    await expect(stat(path('env/none.env'))).rejects.toThrow('ENOENT');
  });

  test('a process that shows the flag off already is not restarted', async () => {
    await place(`${FLAG}=false\n`, `${FLAG}=false`);
    expect(run(script())).toMatchObject({ status: 0 });
    expect(await told()).toEqual([]);
    expect(await mark()).toMatchObject({ state: 'off' });
  });

  test('a service that is stopped is not started', async () => {
    await place(`${FLAG}=true\n`);
    await rm(path('process'));
    expect(run(script())).toMatchObject({ status: 0 });
    expect(await read('env/live.env')).toBe(`${FLAG}=false\n`);
    expect(await told()).toEqual([]);
  });

  test('a link to the file stays a link; the file itself is changed', async () => {
    await place(`${FLAG}=true\n`);
    await writeFile(path('env/real.env'), `${FLAG}=true\n`);
    await rm(path('env/live.env'));
    await symlink('real.env', path('env/live.env'));
    expect(run(script())).toMatchObject({ status: 0 });
    expect((await lstat(path('env/live.env'))).isSymbolicLink()).toBe(true);
    expect(await read('env/real.env')).toBe(`${FLAG}=false\n`);
  });

  test('a process that does not end is killed, and started anew', async () => {
    await place(`${FLAG}=true\n`);
    expect(run(script({ restart: 'hangs', kill: true }))).toMatchObject({ status: 0 });
    expect(await told()).toEqual(['restart', 'kill', 'restart']);
    expect(await mark()).toMatchObject({ state: 'off' });
  });
});

describe('what is not sure to be off is stopped', () => {
  const stopped = async () => {
    expect(await told()).toContain('stop');
    await expect(stat(path('process'))).rejects.toThrow('ENOENT');
    expect(await mark()).toMatchObject({ state: 'stopped' });
  };

  test.each([
    ['an open quote', `OPEN='x\n${FLAG}=true\n`],
    ['its own quote is open', `${FLAG}='true\nA=1\n`],
    ['a comment that takes in the line before systemd 254', `# x \\\n${FLAG}=true\n`],
    ['a NUL', `A=\0\n${FLAG}=true\n`],
  ])('a file that cannot take the change: %s', async (_what, text) => {
    await place(text);
    expect(run(script())).toMatchObject({ status: 0 });
    expect(await read('env/live.env')).toBe(text);
    await stopped();
  });

  test('a link that leads out of the folders of the environment files', async () => {
    await place('');
    await writeFile(path('outside.env'), `${FLAG}=true\n`);
    await rm(path('env/live.env'));
    await symlink('../outside.env', path('env/live.env'));
    expect(run(script())).toMatchObject({ status: 0 });
    expect(await read('outside.env')).toBe(`${FLAG}=true\n`);
    await stopped();
  });

  test.each(['says no', 'does nothing'])('a restart that %s', async (restart) => {
    await place(`${FLAG}=true\n`);
    expect(run(script({ restart }))).toMatchObject({ status: 0 });
    expect(await read('env/live.env')).toBe(`${FLAG}=false\n`);
    await stopped();
  });
});

describe('it edits as the bot does', () => {
  /** Enough of a file's syntax that much of it is broken. */
  const piece = fc.constantFrom(
    ...[
      'F',
      'F=',
      'F=true',
      'F="on"',
      "F='on'",
      'F = 1 ',
      'FF=1',
      'A=1',
      'A="x',
      "A='y",
      'export F=1',
      'é=ü',
    ],
    ...['\n', '\r\n', '\r', '\\', '\\\n', '"', "'", ' ', '\t', '#', ';', '=', '`$', 'x'],
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));

  function byScript(before: string): string | undefined {
    const duty = { releaseId: 'r', off: 'false', laterFiles: [], markPath: path('env/.mark') };
    const whole = deadManScript(
      { ...duty, flag: 'F', file: path('env/live.env') },
      { status: ['false'], restart: ['false'], stop: ['false'], killAfterSecs: 1 },
      'x',
    );
    const [functions] = whole.split("trap '' HUP");
    spawnSync('/bin/sh', ['-c', 'printf %s "$1" > "$2"', 'sh', before, path('env/live.env')]);
    const { status } = run(`${functions}\nchanged=\nedit_files`);
    return status === 0 ? spawnSync('cat', [path('env/live.env')], { encoding: 'utf8' }).stdout : undefined;
  }
  function byBot(before: string): string | undefined {
    try {
      return editEnvironmentFile(before, new Map([['F', 'false']]));
    } catch {
      return undefined;
    }
  }

  test('byte for byte, or not at all', () => {
    fc.assert(
      fc.property(text, (before) => {
        expect(byScript(before)).toEqual(byBot(before));
      }),
      {
        numRuns: 60,
        examples: [
          'F=a\\\r\nB=2\r\n',
          'F=1\nB=2\nF="3\n4"\r\nC=1',
          'A=1\\',
          '# x \\\n',
          'A=1\r\n',
          'F="\\x\\\n\\"" \nA= b ',
          '# x \\\nA=1\nF=1',
          '',
        ].map((before): [string] => [before]),
      },
    );
  });
});

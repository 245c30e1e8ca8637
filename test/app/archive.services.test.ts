import { execFile, execFileSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EXIT } from '../../src/conversation/subcommand.js';
import { ROOT } from '../support/build-programs.js';

/** The archive, installed as root into an empty prefix and run as another account that has never seen the checkout. */
const NOBODY = 65_534;
let folder: string;
let installed: string;
let elsewhere: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-archive-'));
  await chmod(folder, 0o755);
  execFileSync('node', [join(ROOT, 'bin', 'package.mjs')], { cwd: folder });
  const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  const prefix = join(folder, 'prefix');
  const install = ['install', '--global', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', [...install, join(folder, archive)], { cwd: folder, stdio: 'ignore' });
  installed = join(prefix, 'lib', 'node_modules', 'lobml');
  elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  await copyFile(join(installed, 'targets.example.yaml'), join(elsewhere, 'targets.yaml'));
  await chown(elsewhere, NOBODY, NOBODY);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const lobml = (...words: readonly string[]) =>
  new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    const environment = { PATH: process.env['PATH'], HOME: elsewhere, LANG: 'C.UTF-8' };
    const program = join(folder, 'prefix', 'bin', 'lobml');
    const options = { cwd: elsewhere, env: environment, uid: NOBODY, gid: NOBODY, maxBuffer: 64 << 20 };
    execFile(program, words, options, (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

test('it holds no tests, no sandbox and no source of the programs', async () => {
  const names = await readdir(installed);
  expect(names).toEqual(expect.arrayContaining(['bin', 'dist', 'docs', 'manifest.json', 'runbooks']));
  expect(names).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(test|sandbox|commands|views)$/)]),
  );
  expect(await readdir(join(installed, 'src'))).toEqual(['model', 'store']);
});

test('it says its version, and its commands', async () => {
  expect((await lobml('--version')).stdout).toMatch(/^lobml \d+\.\d+\.\d+\n$/);
  expect(await lobml('--help')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('lobml precheck'),
  });
});

test('doctor looks at everything, with the shipped runbooks', async () => {
  const { exitCode, stdout, stderr } = await lobml('doctor');
  expect(exitCode).toBe(EXIT.noGo);
  expect(stdout).toMatch(/runbook|checklist/i);
  expect(stderr).toBe('');
});

test('precheck asks each host and never says GO of what does not answer', async () => {
  const { exitCode, stdout } = await lobml('precheck', '--json');
  const run = JSON.parse(stdout);
  expect(run).toMatchObject({ strategy: 'crypto_lob_ml', target: 'live', verdict: 'HOLD' });
  expect(exitCode).toBe(EXIT.hold);
});

test('the shipped checks are proved on this machine', async () => {
  const { exitCode, stdout, stderr } = await lobml('selftest');
  const unproved = stdout.split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('✓'));
  expect(unproved).toEqual([
    expect.stringMatching(/^✅ /),
    expect.stringMatching(/^Each case/),
    expect.stringMatching(/checks decide/),
    expect.stringMatching(/the cases notice each/),
    expect.stringMatching(/^Cases: /),
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

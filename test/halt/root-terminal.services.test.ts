import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../sandbox/host/eventually.js';
import { ROOT } from '../support/build-programs.js';

/** The account of the bot; the terminal is root's. */
const NOBODY = 65_534;
const AS_NOBODY = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', process.execPath];
const asRoot = process.getuid?.() === 0 ? test : test.skip;
const PROGRAM = join(ROOT, 'bin', 'lobml.mjs');

let folder: string;
let env: Record<string, string>;
let terminal: ChildProcess | undefined;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'root-terminal-'));
  await chmod(folder, 0o755);
  for (const name of ['data', 'env']) {
    await mkdir(at(name), { mode: 0o755 });
    await chown(at(name), NOBODY, NOBODY);
  }
  await writeFile(at('env/live.env'), 'PLOY_CRYPTO_LOB_ML__ENABLED=true\n');
  await chown(at('env/live.env'), NOBODY, NOBODY);
  await writeFile(at('env/status'), 'ActiveState=active\nMainPID=1\nNRestarts=0\n');
  await chown(at('env/status'), NOBODY, NOBODY);
  await writeFile(at('restarted'), 'ActiveState=inactive\nMainPID=0\nNRestarts=0\n');
  // Hangs while the terminal lives.
  const restart = [
    'sh',
    '-c',
    `[ -e ${at('go')} ] && cp ${at('restarted')} ${at('env/status')} || sleep 100`,
  ];
  const service = {
    ...{ manager: 'command', status: ['cat', at('env/status')], restart, stop: restart },
    ...{ logs: ['true'], environ: ['cat', at('env/live.env')], processes: ['true'], restartSecs: 0.1 },
  };
  const live = {
    ...{ accountId: 'a', approval: { quorum: 1 }, watch: { haltObservationSecs: 0.2 } },
    hosts: [{ name: 'live-1', environmentFiles: [at('env/live.env')], service }],
  };
  const source = { defaultTarget: 'live', roles: { operators: ['U1'] }, targets: { live } };
  await writeFile(at('targets.yaml'), JSON.stringify(source));
  env = {
    PATH: process.env['PATH'] ?? '',
    RUNBOOK_FILE: join(ROOT, 'runbooks', 'crypto_lob_ml', 'runbook.yaml'),
    TARGETS_FILE: at('targets.yaml'),
    DATA_DIR: at('data'),
    // Nobody listens there.
    DATABASE_URL: 'postgresql://someone@127.0.0.1:1/nowhere',
  };
});
afterEach(async () => {
  if (terminal?.pid !== undefined && terminal.exitCode === null && terminal.signalCode === null)
    process.kill(-terminal.pid, 'SIGKILL');
  await rm(folder, { recursive: true, maxRetries: 5 });
});

const filesIn = async (name: string) => {
  const files = await readdir(at(name), { recursive: true });
  return Promise.all(files.map(async (file) => ({ file, uid: (await stat(join(at(name), file))).uid })));
};
const states = async () => {
  const names = (await readdir(at('data/halts'))).filter((name) => /^[\da-f-]{36}\.json$/.test(name));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(at(`data/halts/${name}`), 'utf8'))));
};

/** As root, and killed with all its processes while the restart hangs. */
async function killedTerminal(): Promise<void> {
  terminal = spawn(process.execPath, [PROGRAM, 'rollback', 'live', '--disable'], {
    ...{ env, detached: true, stdio: 'ignore' },
  });
  await eventually('the flag is off and the restart under way', async () => {
    const [state] = await states().catch(() => []);
    const [journal] = await readdir(at('data/journal')).catch(() => []);
    return state?.record.halt.hosts[0].restart === 'issued' && journal !== undefined;
  });
  const ended = once(terminal, 'exit');
  process.kill(-(terminal.pid ?? 0), 'SIGKILL');
  await ended;
}

asRoot('what root left belongs to the bot’s account, and that bot finishes the halt', async () => {
  await killedTerminal();
  expect((await filesIn('data')).filter(({ uid }) => uid !== NOBODY)).toEqual([]);
  expect(await states()).toMatchObject([{ record: { halt: { endedAt: null } } }]);
  await writeFile(at('go'), '');
  // Without Slack's tokens it refuses to start: what was left half done it finishes first.
  const bot = spawnSync('setpriv', [...AS_NOBODY, join(ROOT, 'bin', 'start.mjs')], {
    env,
    timeout: 100_000,
    encoding: 'utf8',
  });
  expect(bot.stdout + bot.stderr).toMatch(/SLACK_/);
  const [state] = await states();
  expect(state.record.halt).toMatchObject({
    endedAt: expect.any(String),
    resumed: true,
    hosts: [{ disk: 'done', process: 'stopped', fault: null }],
  });
});

asRoot('what it may not read the bot’s account says loudly, with the way out', async () => {
  await mkdir(at('data/halts'));
  await mkdir(at('data/journal'));
  await writeFile(at('data/journal/1.1-aa.jsonl'), '', { mode: 0o600 });
  await chown(at('data/journal'), NOBODY, NOBODY);
  const doctor = spawnSync('setpriv', [...AS_NOBODY, PROGRAM, 'doctor'], {
    ...{ env, timeout: 100_000, encoding: 'utf8' },
  });
  expect(doctor.stdout).toContain(
    `the bot may not read ${at('data/halts')}, ${at('data/journal/1.1-aa.jsonl')}: a halt that stands there`,
  );
  expect(doctor.stdout).toContain(`chown -R --reference=${at('data')}`);
  expect(doctor.status).not.toBe(0);
});

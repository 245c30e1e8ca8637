import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ChecksChild, type ChecksChildOptions } from '../../src/checks/apart/checks-child.js';
import { runApart } from '../../src/checks/apart/run-apart.js';
import { type CheckService, createCheckService } from '../../src/checks/check-service.js';
import { composeEnvironment } from '../../src/checks/context/host-environment.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import type { RunRequest } from '../../src/checks/run-request.js';
import type { CheckRun } from '../../src/domain/check-run.js';
import { NO_DRILLS } from '../../src/domain/drill.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { loadRunbook } from '../../src/runbook/load-runbook.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { loadTargets, type Targets } from '../../src/runbook/targets.js';
import { readServerMoment } from '../../src/store/server-moment.js';
import { systemClock } from '../../src/time/clock.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { eventually } from '../sandbox/host/eventually.js';
import { buildPrograms, PROGRAMS_FOLDER } from '../support/build-programs.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

/** A run in the real process for checks: a host whose service answers only when a file lets it. */

const RUNBOOK = `strategy: toy
agentId: toy
envPrefix: TOY__
flag: { variable: ENABLED }
params: {}
variables:
  ENABLED: { type: boolean, default: false }
  NAME: { type: text }
sections:
  - id: '1.1'
    title: { en: One, zh-CN: 一 }
    kind: precheck
    checks:
      - id: env.name
        title: { en: name, zh-CN: 名 }
        env: NAME
        pass: rows.all(r, r.value == "right")
        fail: rows.exists(r, r.value != "right")
      - id: feed.window
        title: { en: window, zh-CN: 窗 }
        sql: SELECT \${windowFrom}::timestamptz < \${windowTo}::timestamptz AS fine, \${baselineFrom}::timestamptz AS earlier
        pass: rows.all(r, r.fine)
        fail: rows.exists(r, !r.fine)
      - id: env.process
        title: { en: process, zh-CN: 程 }
        process: environment
        timeoutMs: 20000
        pass: rows.all(r, r.agrees)
        fail: rows.exists(r, !r.agrees)
`;

const programs = join(PROGRAMS_FOLDER, `apart-${process.pid}`);
const requestedBy = { id: 'U1', name: 'one', surface: 'slack' } as const;
const STATUS =
  'ActiveState=active\\nMainPID=42\\nNRestarts=0\\nActiveEnterTimestamp=2026-03-01T11:00:00Z\\nUser=0\\n';
const HOUR_MS = 3_600_000;
const PASSED = {
  runId: 'passed-before',
  from: new Date(Date.now() - 10 * HOUR_MS),
  to: new Date(Date.now() - HOUR_MS),
};

let database: TestDatabase;
let trading: TradingDatabase;
let folder: string;
let runbook: Runbook;
let targets: Targets;
let here: CheckService;
let child: ChecksChild;
let apart: CheckService;
let saved: CheckRun[];
let said: string[];
const at = (path: string) => join(folder, path);

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, '../../src/app/checks-process.ts')];
  await buildPrograms({ entryPoints, folder: programs, extension: '.mjs' });
  database = await createEmptyDatabase();
  trading = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
});
afterAll(async () => {
  await trading.close();
  await database.drop();
  await rm(programs, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lobml-apart-'));
  saved = [];
  said = [];
  await writeFile(at('own.env'), 'TOY__NAME=right\n');
  await writeFile(at('environ'), 'TOY__NAME=right\0');
  await writeFile(at('runbook.yaml'), RUNBOOK);
  // Each look leaves a file with the process that asked, and is answered once the gate is open. It ends with the
  // folder: whoever asked may have been killed.
  const status = `echo $PPID > ${at('look-')}$$; while [ -e ${at('own.env')} ] && [ ! -e ${at('gate')} ]; do sleep 0.02; done; printf '${STATUS}'`;
  const service = {
    manager: 'command',
    status: ['sh', '-c', status],
    environ: ['cat', at('environ')],
    logs: ['true'],
    restart: ['true'],
    stop: ['true'],
  };
  const target = {
    service,
    environmentFiles: [at('own.env')],
    hosts: [{ name: 'one' }],
    approval: { quorum: 1 },
  };
  const source = { defaultTarget: 'stage', roles: { operators: ['U1'] }, targets: { stage: target } };
  await writeFile(at('targets.yaml'), JSON.stringify(source));
  runbook = await loadRunbook(at('runbook.yaml'), PROBE_KINDS);
  targets = await loadTargets(at('targets.yaml'));
  here = createCheckService({
    runbook,
    hostOf: (settings) => createHost(settings),
    trading,
    ...storing,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    newRunId: () => 'here',
    passedWindows: async () => [PASSED],
    drillFacts: async () => NO_DRILLS,
  });
  child = open();
  apart = runApart(here, { runbook, child, yieldToHalt, ...storing });
});
afterEach(async () => {
  await child.close();
  await rm(folder, { recursive: true, force: true });
});

const yieldToHalt = async () => undefined;
const storing = {
  saveRun: async (run: CheckRun) => void saved.push(run),
  onStoreError: () => undefined,
};

const open = (changed: Partial<ChecksChildOptions> = {}) =>
  new ChecksChild({
    loaded: { runbook: runbook.sha256, targets: targets.sha256 },
    environment: environment(),
    controlFolder: folder,
    strategy: runbook.strategy,
    releasedFiles: async () => [],
    passedWindows: async () => [PASSED],
    drillFacts: async () => NO_DRILLS,
    stateMoment: () => readServerMoment(database.pool),
    lastConfirmed: async () => [],
    runLimitMs: 60_000,
    clock: systemClock,
    logger: { warn: (_: unknown, says?: string) => said.push(says ?? ''), error: () => {} },
    program: join(programs, 'checks-process.mjs'),
    ...changed,
  });

const environment = () => ({
  PATH: process.env.PATH,
  RUNBOOK_FILE: at('runbook.yaml'),
  TARGETS_FILE: at('targets.yaml'),
  TRADING_DATABASE_URL: database.url,
  LOG_LEVEL: 'silent',
});

const letGo = () => writeFile(at('gate'), '');
/** The processes that asked the host for its service. */
async function askers(): Promise<readonly number[]> {
  const looks = (await readdir(folder)).filter((name) => name.startsWith('look-'));
  const pids = await Promise.all(looks.map(async (name) => Number(await readFile(at(name), 'utf8'))));
  return [...new Set(pids)].filter((pid) => pid > 0);
}
/** The process that asks next, besides those that are known. */
const asker = (...known: readonly number[]) =>
  eventually('a look at the host', async () => (await askers()).find((pid) => !known.includes(pid)));

function request(more: Partial<RunRequest> = {}): RunRequest {
  const target = targets.targets.get('stage');
  if (target === undefined) throw new Error('no target');
  return { kind: 'precheck', target, requestedBy, ...more };
}

const outcomes = ({ checks }: CheckRun) => checks.map(({ id, outcome }) => `${id} ${outcome}`);

/** What two runs of the same state have in common. */
const withoutMoments = ({ checks, verdict, kind, target, runbookSha256 }: CheckRun) => ({
  ...{ verdict, kind, target, runbookSha256 },
  checks: checks.map(({ observedAt: _, durationMs: __, observed, evidence, ...rest }) => ({
    ...rest,
    observed: observed.map(({ earlier, ...row }) => ({ ...row, hasEarlier: earlier !== undefined })),
    baselineOf: evidence.baseline?.runId,
    sql: evidence.sql,
  })),
});

test('its process stands back in the processor: a click and the flag go first', async () => {
  const running = apart.run(request());
  const pid = await asker();
  expect(getPriority(pid)).toBe(getPriority() + 10);
  await letGo();
  await running;
});

test('says what the bot itself would have said, and stores it', async () => {
  await letGo();
  const progress: string[][] = [];
  const { run, stored } = await apart.run(
    request({
      onProgress: (checks) => progress.push(checks.flatMap(({ id, result }) => (result ? [id] : []))),
    }),
  );
  const { run: own } = await here.run(request());
  expect(withoutMoments(run)).toEqual(withoutMoments(own));
  expect(outcomes(run)).toEqual(['env.name PASS', 'feed.window PASS', 'env.process PASS']);
  expect(run.checks[1]?.evidence.baseline?.runId).toBe('passed-before');
  expect(stored).toBe(true);
  expect(saved[0]).toEqual(run);
  expect(progress.map(({ length }) => length)).toEqual([0, 1, 2, 3]);
  expect(await askers()).toHaveLength(2);
  expect(await askers()).toContain(process.pid);
});

test('a run that is given up ends at once', async () => {
  const stop = new AbortController();
  const running = apart.run(request({ signal: stop.signal }));
  await asker();
  stop.abort();
  const { run } = await running;
  expect(outcomes(run)[2]).toBe('env.process ERROR');
});

test('a run whose process is killed is carried out by the next one', async () => {
  const running = apart.run(request());
  const first = await asker();
  process.kill(first, 'SIGKILL');
  await asker(first);
  await letGo();
  const { run } = await running;
  expect(outcomes(run)).toEqual(['env.name PASS', 'feed.window PASS', 'env.process PASS']);
  expect(await askers()).not.toContain(process.pid);
});

test('a process that ends before it is answered takes nobody along', async () => {
  await child.close();
  let asked = 0;
  let answer = () => {};
  child = open({
    passedWindows: () =>
      new Promise((resolve) => {
        asked += 1;
        if (asked === 1) answer = () => resolve([PASSED]);
        else resolve([PASSED]);
      }),
  });
  apart = runApart(here, { runbook, child, yieldToHalt, ...storing });
  await letGo();
  const running = apart.run(request());
  await eventually('a question', () => asked === 1);
  const first = await asker();
  process.kill(first, 'SIGKILL');
  await asker(first);
  answer();
  expect((await running).run.verdict).toBe('GO');
});

test('a run that kills every process for checks passes nothing, and the bot looks at nothing for it', async () => {
  const running = apart.run(request());
  const first = await asker();
  process.kill(first, 'SIGKILL');
  process.kill(await asker(first), 'SIGKILL');
  const { run } = await running;
  expect(outcomes(run)).toEqual(['env.name ERROR', 'feed.window ERROR', 'env.process ERROR']);
  expect(run.verdict).toBe('HOLD');
  expect(await askers()).not.toContain(process.pid);
  await letGo();
  expect((await apart.run(request())).run.verdict).toBe('GO');
});

test('one that hangs is killed after the longest time that a run can take', async () => {
  await child.close();
  // Long enough that a process is asked within it on a busy machine: else none of them hangs.
  child = open({ runLimitMs: 8_000 });
  apart = runApart(here, { runbook, child, yieldToHalt, ...storing });
  const running = apart.run(request());
  const first = await asker();
  process.kill(first, 'SIGSTOP');
  process.kill(await asker(first), 'SIGSTOP');
  expect((await running).run.verdict).toBe('HOLD');
});

test('what would start on hosts yields to a halt until that is settled', async () => {
  await letGo();
  await child.run(request(), { onResult: () => {} });
  const looks = async () => (await readdir(folder)).filter((name) => name.startsWith('look-')).length;
  expect(await looks()).toBe(1);
  let goOn = () => {};
  child.yieldUntil(new Promise<void>((resolve) => (goOn = resolve)));
  const results: string[] = [];
  const running = child.run(request(), { onResult: ({ id }) => results.push(id) });
  await eventually('what needs no program', () => results.includes('env.name'));
  expect(await looks()).toBe(1);
  goOn();
  expect(await running).toMatchObject({ kind: 'done', answer: { verdict: 'GO' } });
  expect(await looks()).toBe(2);
});

test('with other files than the bot has loaded it is not used', async () => {
  await letGo();
  await writeFile(at('targets.yaml'), `${await readFile(at('targets.yaml'), 'utf8')}\n`);
  expect((await apart.run(request())).run.verdict).toBe('GO');
  expect(await askers()).toEqual([process.pid]);
  expect(said).toEqual(['checks run in the process of the bot: there is none for them']);
});

test('what a release plans is judged there too', async () => {
  await letGo();
  const file = at('own.env');
  const layer = {
    path: file,
    optional: false,
    state: 'read',
    text: 'TOY__NAME=wrong\n',
    sha256: '',
  } as const;
  const environment = composeEnvironment([layer]);
  const plan = { environment, model: undefined, drift: [], present: environment };
  const planned = request({ planned: new Map([['one', plan]]) });
  const { run } = await apart.run(planned);
  expect(outcomes(run)[0]).toBe('env.name FAIL');
  expect(await askers()).not.toContain(process.pid);
  const { run: own } = await here.run(planned);
  expect(withoutMoments(run)).toEqual(withoutMoments(own));
});

test('checks by themselves run there too, and none of them where it ends twice', async () => {
  await letGo();
  const checks = (runbook.sections[0]?.checks ?? []).filter(({ id }) => id === 'env.process');
  const { target } = request();
  const [result] = await apart.examine({ target, checks });
  expect(result).toMatchObject({ id: 'env.process', outcome: 'PASS' });
  expect(await askers()).not.toContain(process.pid);
  await rm(at('gate'));
  const known = await askers();
  const examined = apart.examine({ target, checks });
  // The first one has looked before: its next look bears its own process again.
  const first = known[0] ?? 0;
  await eventually(
    'another look',
    async () => (await readdir(folder)).filter((name) => name.startsWith('look-')).length > 1,
  );
  process.kill(first, 'SIGKILL');
  process.kill(await asker(first), 'SIGKILL');
  expect(await examined).toMatchObject([{ id: 'env.process', outcome: 'ERROR' }]);
});

test('a page of a log is laid out there', async () => {
  expect(await child.logPage('a token=hush\n\u001b[31mb', undefined)).toEqual({
    text: 'a token=[redacted]\nb',
    page: 0,
    pages: 1,
  });
});

test('ends with the bot, whatever signals come, and goes on while it is there', async () => {
  const bot = fork(join(programs, 'checks-process.mjs'), [folder], {
    env: environment(),
    serialization: 'advanced',
  });
  await once(bot, 'message');
  bot.kill('SIGTERM');
  bot.kill('SIGINT');
  bot.send({ t: 'q', m: 'run', i: 'one', a: [1, request()] });
  await asker();
  const exited = once(bot, 'exit');
  bot.disconnect();
  expect(await exited).toEqual([0, null]);
});

test('ends with a bot that is gone before it has started', async () => {
  const bot = fork(join(programs, 'checks-process.mjs'), [folder], {
    env: environment(),
    serialization: 'advanced',
  });
  const exited = once(bot, 'exit');
  bot.disconnect();
  expect(await exited).toEqual([0, null]);
});

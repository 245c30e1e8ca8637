import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createRunStore, type RunStore } from '../../src/checks/store/run-store.js';
import type { RunKind } from '../../src/domain/outcome.js';
import { runJson } from '../../views/run-json.js';
import { createDemoFolder, type Demo, type DemoFolder, startDemo } from '../support/demo.js';
import { askPage } from '../support/page.js';

let folder: DemoFolder;
let demo: Demo;
let pool: pg.Pool;
let runs: RunStore;

beforeAll(async () => {
  folder = await createDemoFolder();
  demo = await startDemo(folder.path);
  pool = new pg.Pool({ connectionString: demo.variables['DATABASE_URL'], max: 1 });
  runs = createRunStore(pool);
});

afterAll(async () => {
  await pool?.end();
  await demo?.interrupt();
  await folder.remove();
});

/** What the page's menu does. Resolves when the incident is on (or off). */
const switchIncident = (id: string, host: string, active: boolean) =>
  askPage(
    demo.pageUrl,
    { type: 'incident', id, host, active },
    (event) =>
      event.type === 'incidents' &&
      event.incidents.some((one) => one.id === id && one.host === host && one.active === active),
  );

type RunJson = ReturnType<typeof runJson>;

/** What the bot stores of the run that a person asks for in Slack, as the terminal prints it. */
async function report(kind: RunKind): Promise<RunJson> {
  for (let look = 1; ; look += 1) {
    const run = await askInSlack(kind);
    // On an overloaded machine a check may time out, and the report then says nothing of the incident.
    const isWhole = run.checks.every(({ message }) => !/no answer within/i.test(message));
    if (isWhole || look === LOOKS) return run;
  }
}
const LOOKS = 8;

async function askInSlack(kind: RunKind): Promise<RunJson> {
  const subject = { strategy: 'crypto_lob_ml', target: 'live', kind };
  const before = await runs.latest(subject);
  const text = `/lobml ${kind} live`;
  await askPage(demo.pageUrl, { type: 'say', user: 'U0ALICE', channel: 'C0RELEASES', text });
  const deadline = Date.now() + 120_000;
  for (;;) {
    const run = await runs.latest(subject);
    if (run !== undefined && run.runId !== before?.runId) return runJson(run, 'en');
    if (Date.now() > deadline) throw new Error(`No run came of ${text}.`);
    await sleep(50);
  }
}

/** A precheck in the terminal. */
async function inTerminal(): Promise<[exitCode: number | null, verdict: string]> {
  const { exitCode, stdout } = await demo.lobml('precheck', '--json');
  const run: RunJson = JSON.parse(stdout);
  return [exitCode, run.verdict];
}

test('without an incident the verdict is GO', async () => {
  const run = await report('precheck');
  expect(run.checks.filter(({ outcome }) => outcome !== 'PASS')).toEqual([]);
  expect(run.verdict).toBe('GO');
});

/** Of each outcome one: a start of the terminal's program costs more than all that it looks at. */
const IN_TERMINAL: ReadonlySet<string> = new Set(['model_corrupt', 'database_locked']);

test.each<[incident: string, host: string, check: string, outcome: string, says: RegExp]>([
  ['model_corrupt', 'live-1', 'model.file', 'FAIL', /live-1/],
  ['model_type_wrong', 'live-2', 'env.model_type', 'FAIL', /live-2.*lightgbm/],
  ['flag_typo', 'live-1', 'env.enabled', 'FAIL', /flase.*true|flase.*false/],
  ['exit_mode_typo', 'live-1', 'env.exit_mode', 'FAIL', /ev_exti.*ev_exit/],
  ['env_edited_by_hand', 'live-2', 'env.entry_early_window_secs_5m', 'FAIL', /live-2.*90.*120/],
  ['env_edited_by_hand', 'live-1', 'env.running_process', 'FAIL', /live-1.*90.*120/],
  ['clock_slow', 'live-2', 'source.clocks', 'FAIL', /live-2 is (29|30)\.\d s behind/],
  ['database_locked', '', 'data.sync_records.lag', 'ERROR', /lock/i],
  ['feed_frozen', '', 'data.sync_records.frozen', 'FAIL', /BTCUSDT/],
  ['feed_future', '', 'data.sync_records.lag', 'FAIL', /future/],
  ['feed_symbol_stopped', '', 'data.sync_records.lag', 'FAIL', /SOLUSDT \d+\.\d s/],
  ['feed_stopped', '', 'data.sync_records.lag', 'FAIL', /BTCUSDT \d+\.\d s/],
])('%s (%s) shows up in the next report as %s %s', async (incident, host, check, outcome, says) => {
  await switchIncident(incident, host, true);
  try {
    const run = await report('precheck');
    const found = run.checks.find(({ id }) => id === check);
    expect(found).toMatchObject({ outcome, message: expect.stringMatching(says) });
    expect(run.verdict).toBe(outcome === 'FAIL' ? 'NO_GO' : 'HOLD');
    if (IN_TERMINAL.has(incident))
      expect(await inTerminal()).toEqual(outcome === 'FAIL' ? [1, 'NO_GO'] : [2, 'HOLD']);
  } finally {
    await switchIncident(incident, host, false);
  }
});

test('with every incident of the feed and of the files ended, the verdict is GO again', async () => {
  await until('precheck', ({ verdict }) => verdict === 'GO');
});

/** Asks until the report is as it should be. */
async function until(kind: RunKind, holds: (run: RunJson) => boolean): Promise<void> {
  const deadline = Date.now() + 200_000;
  for (;;) {
    const run = await report(kind);
    if (holds(run)) return;
    if (Date.now() < deadline) {
      await sleep(2_000);
      continue;
    }
    const wrong = run.checks.filter(({ outcome }) => outcome !== 'PASS');
    throw new Error(`${kind} stays ${run.verdict}: ${JSON.stringify(wrong, undefined, 1)}`);
  }
}

const isGo = ({ verdict }: RunJson): boolean => verdict === 'GO' || verdict === 'GO_WITH_WARNINGS';

describe('sections 4 and 5', () => {
  // The hosts have traded since their last start for long enough to be judged.
  beforeAll(() => until('gonogo', isGo));

  const EXPECTED = { FAIL: 'NO_GO', INCONCLUSIVE: 'HOLD' } as const;

  test.each<[incident: string, where: string, check: string, outcome: keyof typeof EXPECTED, says: RegExp]>([
    ['metadata_missing', 'live-1', 'exec.metadata_complete', 'FAIL', /without model_type.*orders ord-/],
    ['metadata_missing', 'live-1', 'exec.model_type', 'FAIL', /missing.*onnx.*orders ord-/],
    ['wrong_weights', 'live-2', 'exec.blend_weights', 'FAIL', /0\.600000 \/ 0\.400000.*orders ord-/],
    ['old_model_version', 'live-1', 'exec.model_version', 'FAIL', /v2.*expected.*v3.*orders ord-/],
    [
      'no_entries',
      'live',
      'exec.activity',
      'INCONCLUSIVE',
      /^0 entries that did not fail.*Baseline.*probability/,
    ],
    ['block_storm', 'live', 'risk.blocked_share', 'FAIL', /BLOCKED.*Reasons: daily_loss_limit/],
  ])(
    '%s (%s) shows up in the very next verify as %s %s, and is gone with its end',
    async (incident, where, check, outcome, says) => {
      await switchIncident(incident, where, true);
      try {
        const run = await report('verify');
        const found = run.checks.find(({ id }) => id === check);
        expect(found).toMatchObject({ outcome, message: expect.stringMatching(says) });
        expect(run.verdict).toBe(EXPECTED[outcome]);
      } finally {
        await switchIncident(incident, where, false);
      }
      expect(await report('verify')).toEqual(
        expect.objectContaining({ verdict: expect.stringMatching(/^GO/) }),
      );
    },
  );

  test('no_decisions (live) shows up in verify once an order is old enough to have had its decision', async () => {
    await switchIncident('no_decisions', 'live', true);
    try {
      await until('verify', ({ checks, verdict }) => {
        const found = checks.find(({ id }) => id === 'risk.decisions');
        return verdict === 'NO_GO' && /no risk decision at all/.test(found?.message ?? '');
      });
    } finally {
      await switchIncident('no_decisions', 'live', false);
    }
    expect((await report('verify')).verdict).toMatch(/^GO/);
  });

  test.each<[incident: string, host: string, says: RegExp]>([
    ['restart_loop', 'live-1', /live-1.*start failed.*address already in use/],
    ['model_corrupt', 'live-1', /live-1.*start failed.*failed to load onnx model/],
    ['model_type_wrong', 'live-2', /live-2.*start failed.*unsupported model_type/],
    ['env_edited_by_hand', 'live-1', /live-1.*files’ values of .*ENTRY_EARLY_WINDOW_SECS_5M/],
  ])('%s (%s) shows up in go/no-go as a start that is not proved', async (incident, host, says) => {
    await switchIncident(incident, host, true);
    try {
      await until('gonogo', ({ checks, verdict }) => {
        const found = checks.find(({ id }) => id === 'service.started');
        return verdict === 'NO_GO' && found?.outcome === 'FAIL' && says.test(found.message);
      });
    } finally {
      await switchIncident(incident, host, false);
    }
  });

  test('with every incident ended, go/no-go is GO again, with warnings at most', async () => {
    await until('gonogo', isGo);
  });
});

import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import type { PageIncident } from '../../sandbox/slack/protocol.js';
import { createDemoFolder, type Demo, type DemoFolder, startDemo } from '../support/demo.js';

let folder: DemoFolder;
let demo: Demo;

beforeAll(async () => {
  folder = await createDemoFolder();
  demo = await startDemo(folder.path);
}, 150_000);

afterAll(async () => {
  await demo?.interrupt();
  await folder.remove();
});

/** What the page's menu does. Resolves when the incident is on (or off). */
async function switchIncident(id: string, host: string, active: boolean): Promise<void> {
  const socket = new WebSocket(new URL('/page', demo.pageUrl.replace(/^http/, 'ws')));
  try {
    await once(socket, 'open');
    const done = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const event: { type: string; incidents?: PageIncident[] } = JSON.parse(String(data));
        const known = event.type === 'incidents' ? event.incidents : undefined;
        if (known?.some((one) => one.id === id && one.host === host && one.active === active)) resolve();
      });
    });
    socket.send(JSON.stringify({ type: 'incident', id, host, active }));
    await done;
  } finally {
    socket.close();
  }
}

interface RunJson {
  readonly verdict: string;
  readonly checks: readonly { readonly id: string; readonly outcome: string; readonly message: string }[];
}

async function precheck(): Promise<{ exitCode: number | null; run: RunJson }> {
  const { exitCode, stdout } = await demo.lobml('precheck', '--json');
  return { exitCode, run: JSON.parse(stdout) };
}

test('without an incident the verdict is GO', async () => {
  const { exitCode, run } = await precheck();
  expect(run.checks.filter(({ outcome }) => outcome !== 'PASS')).toEqual([]);
  expect([exitCode, run.verdict]).toEqual([0, 'GO']);
}, 30_000);

test.each<[incident: string, host: string, check: string, outcome: string, says: RegExp]>([
  ['model_corrupt', 'live-1', 'model.file', 'FAIL', /live-1/],
  ['model_type_wrong', 'live-2', 'env.model_type', 'FAIL', /live-2.*lightgbm/],
  ['flag_typo', 'live-1', 'env.enabled', 'FAIL', /flase.*true|flase.*false/],
  ['exit_mode_typo', 'live-1', 'env.exit_mode', 'FAIL', /ev_exti.*ev_exit/],
  ['env_edited_by_hand', 'live-2', 'env.entry_early_window_secs_5m', 'FAIL', /live-2.*90.*120/],
  ['env_edited_by_hand', 'live-1', 'env.running_process', 'FAIL', /live-1.*90.*120/],
  ['database_locked', '', 'data.sync_records.lag', 'ERROR', /lock/i],
  ['feed_frozen', '', 'data.sync_records.frozen', 'FAIL', /BTCUSDT/],
  ['feed_future', '', 'data.sync_records.lag', 'FAIL', /future/],
  ['feed_symbol_stopped', '', 'data.sync_records.lag', 'FAIL', /SOLUSDT \d+\.\d s/],
  ['feed_stopped', '', 'data.sync_records.lag', 'FAIL', /BTCUSDT \d+\.\d s/],
])(
  '%s (%s) shows up in the next report as %s %s',
  async (incident, host, check, outcome, says) => {
    await switchIncident(incident, host, true);
    try {
      const { exitCode, run } = await precheck();
      const found = run.checks.find(({ id }) => id === check);
      expect(found).toMatchObject({ outcome, message: expect.stringMatching(says) });
      const expected = outcome === 'FAIL' ? [1, 'NO_GO'] : [2, 'HOLD'];
      expect([exitCode, run.verdict]).toEqual(expected);
    } finally {
      await switchIncident(incident, host, false);
    }
  },
  60_000,
);

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { history } from '../../commands/history.js';
import { status } from '../../commands/status.js';
import type { Services } from '../../src/app/services.js';
import { createRunStore } from '../../src/checks/store/run-store.js';
import type { ChainedEvent } from '../../src/domain/audit-event.js';
import { plannedParts } from '../../src/domain/drill.js';
import type { Modal } from '../../src/domain/report.js';
import { insertDrill, selectDrill, selectDrills } from '../../src/drill/drill-store.js';
import type { Runbook } from '../../src/runbook/runbook.js';
import { createReleaseFacts } from '../../src/status/release-facts.js';
import { createReleaseHistory } from '../../src/status/release-history.js';
import { createStatusService } from '../../src/status/status-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { storeRelease } from '../support/releases.js';
import { aRun } from '../support/runs.js';
import { type CommandStage, createCommandStage, decisionRunbook } from './support/command-stage.js';

let database: TestDatabase;
let runbook: Runbook;
let stage: CommandStage;
let services: CommandStage['services'] &
  Pick<Services, 'releaseHistory' | 'status'> & {
    drills: Pick<Services['drills'], 'get' | 'before'>;
    audit: Pick<Services['audit'], 'chain'>;
  };
const HALT: ChainedEvent = {
  eventId: 'e1',
  strategy: 'crypto_lob_ml',
  kind: 'halt.requested',
  target: 'live',
  actor: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
  at: '2026-01-01T00:00:00.000Z',
  reason: 'storm',
  details: { haltId: 'h1' },
  position: 1,
  previousSha256: '',
  sha256: '',
};

beforeAll(async () => {
  database = await createTestDatabase();
  runbook = { ...(await decisionRunbook()), strategy: 'crypto_lob_ml' };
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query(
    'TRUNCATE lobml.check_runs, lobml.drills, lobml.releases, lobml.release_requests CASCADE',
  );
  stage = createCommandStage(database, runbook);
  services = {
    ...stage.services,
    audit: { ...stage.services.audit, chain: async (_strategy, after) => [HALT].slice(after) },
    releaseHistory: createReleaseHistory(database.pool),
    drills: {
      get: (id) => selectDrill(database.pool, id),
      before: async ({ strategy, target, kind }) =>
        selectDrills(database.pool, { strategy, target }, { limit: 10, kind, isGood: true }),
    },
    status: createStatusService({
      runbook,
      hostOf: ({ name }) => ({
        name,
        readFile: async () => undefined,
        sha256: async () => 'ab',
        service: {
          status: async () => ({
            activeState: 'active',
            subState: 'running',
            mainPid: 42,
            invocationId: 'i',
            restarts: 0,
            execMainStatus: 0,
            activeSince: stage.now(),
          }),
          processEnvironment: async () => new Map([['TOY__ENABLED', 'true']]),
        },
      }),
      runs: createRunStore(database.pool),
      releases: createReleaseFacts(database.pool, 'crypto_lob_ml'),
      onStoreError: (error) => {
        throw error;
      },
      now: stage.now,
    }),
  };
});

/** Forty-five runs of one target, one a minute. */
async function storeRuns(): Promise<void> {
  const runs = createRunStore(database.pool);
  for (let minute = 0; minute < 45; minute += 1) {
    const startedAt = new Date(Date.UTC(2026, 1, 1, 0, minute)).toISOString();
    await runs.save(aRun({ startedAt, asOf: startedAt }));
  }
}

/** The times of the lines that stand in the only message, as the terminal prints them. */
const minutes = () => stage.texts().match(/(?<=\b00:)\d\d(?=:00 UTC)/g) ?? [];
const shown = () => [...new Set(minutes())].map(Number);

async function turn(actionId: string): Promise<void> {
  const button = JSON.stringify(stage.posted[0]?.report.blocks.at(-1));
  const values = [...button.matchAll(/"action_id":"([^"]+)".*?"value":"((?:[^"\\]|\\.)*)"/g)];
  const value = values.find(([, id]) => id === actionId)?.[2] ?? '';
  await history.actions?.[actionId]?.(stage.click(JSON.parse(`"${value}"`)), services);
}

test('Older and Newer turn the page in the same message, through all of 45 runs and back', async () => {
  await storeRuns();
  const { json } = await history.run(['live'], stage.conversation, services);
  expect(json).toMatchObject({ hasOlder: true, hasNewer: false });
  expect([shown()[0], shown().length]).toEqual([44, 20]);
  await turn('history:older');
  expect([shown()[0], shown().length]).toEqual([24, 20]);
  await turn('history:older');
  expect(shown()).toEqual([4, 3, 2, 1, 0]);
  expect(stage.texts()).toContain('This is where the history begins.');
  await turn('history:newer');
  expect([shown()[0], shown().length]).toEqual([24, 20]);
  expect(stage.posted).toHaveLength(1);
});

test('a release of the history opens what is stored of it, without buttons that act', async () => {
  const releaseId = await storeRelease(database.pool, {
    state: 'confirmed',
    modelVersion: 'v4',
    startedAt: '2026-02-01T00:00:00.000Z',
  });
  const { json } = await history.run(['live'], stage.conversation, services);
  expect(json).toMatchObject({ runs: [], releases: [{ id: releaseId, state: 'confirmed', detail: 'v4' }] });
  expect(stage.texts()).toContain('release of model `v4`');
  const shownModals: Modal[] = [];
  const click = {
    ...stage.click(releaseId),
    openModal: async (_loading: Modal, build: () => Promise<Modal>) => {
      shownModals.push(await build());
    },
  };
  await history.actions?.['history:release']?.(click, services);
  expect(JSON.stringify(shownModals[0]?.blocks)).toContain('Confirmed');
  expect(shownModals[0]?.blocks.filter(({ type }) => type === 'actions')).toEqual([]);
  await history.run(['live', '--run', releaseId], stage.conversation, services);
  expect(stage.messages().at(-1)).toContain('Confirmed');
  const elsewhere = history.run(['live', '--run', runbook.sha256], stage.conversation, services);
  await expect(elsewhere).rejects.toMatchObject({ code: 'unknown_run' });
});

test('status tells of host, release and last runs in one answer, in text and JSON', async () => {
  await createRunStore(database.pool).save(aRun({ verdict: 'NO_GO' }));
  await storeRelease(database.pool, {
    state: 'watching',
    requestState: 'executing',
    modelVersion: 'v5',
    startedAt: '2026-02-01T00:00:00.000Z',
  });
  const { exitCode, json } = await status.run(['live'], stage.conversation, services);
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    target: 'live',
    hosts: [{ host: 'h1', flag: { process: { value: 'true' } } }],
    runs: { kind: 'read', latest: [{ verdict: 'NO_GO' }] },
    release: { running: { state: 'watching', modelVersion: 'v5' }, openRequests: [] },
  });
  expect(stage.texts()).toContain('1 of 1 hosts running');
  expect(stage.texts()).toContain('release of model `v5`');
});

test('an incident is written out as a table from the audit trail; an unknown one is refused', async () => {
  const lines: string[] = [];
  const terminal = { ...stage.conversation, writeLine: (line: string) => void lines.push(line) };
  const { exitCode } = await history.run(['--incident', 'h1', '--markdown'], terminal, services);
  expect(exitCode).toBe(0);
  expect(lines.join('\n')).toContain('| 2026-01-01T00:00:00.000Z | halt.requested | carol | live | storm |');
  await expect(history.run(['--incident', 'h2'], terminal, services)).rejects.toMatchObject({
    code: 'unknown_halt',
  });
});

test('a drill stands in the history, and opens as it was', async () => {
  const drillId = '6b8f8c1e-0000-4000-8000-00000000d111';
  await insertDrill(database.pool, {
    drillId,
    strategy: 'crypto_lob_ml',
    target: 'live',
    kind: 'rehearsal',
    requestedBy: { id: 'U0CAROL', name: 'carol', surface: 'slack' },
    parts: plannedParts({ kind: 'rehearsal', hasChannels: true, hasVenue: false }),
  });
  const page = await history.run(['live'], stage.conversation, services);
  expect(page.json).toMatchObject({ drills: [{ id: drillId, state: 'acting', detail: 'rehearsal' }] });
  expect(stage.texts()).toMatch(/rehearsal/i);
  const modals: Modal[] = [];
  const click = {
    ...stage.click(drillId),
    openModal: async (_loading: Modal, build: () => Promise<Modal>) => void modals.push(await build()),
  };
  await history.actions?.['history:drill']?.(click, services);
  expect(JSON.stringify(modals)).toMatch(/rehearsal[\s\S]*<@U0CAROL>/);
  const before = await history.run(['live', '--before', drillId], stage.conversation, services);
  expect(before.json).toMatchObject({ drills: [] });
});

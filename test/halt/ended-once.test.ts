import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import type { HaltRecord } from '../../src/halt/halt-schema.js';
import type { HaltStore } from '../../src/halt/halt-store.js';
import { KillSwitch } from '../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { BARE_CONTRACT } from '../support/strategy-facts.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
let folder: string;
let events: AuditEvent[];

const at = (name: string) => join(folder, name);
const status = (pid: number) => `ActiveState=active\nMainPID=${pid}\nNRestarts=0\n`;

beforeEach(async () => {
  events = [];
  folder = await mkdtemp(join(tmpdir(), 'ended-once-'));
  await writeFile(at('env'), 'S__ENABLED=true\n');
  await writeFile(at('status'), status(1));
  await writeFile(at('restarted'), status(2));
});
// A kill switch never comes to rest beside such a database: it may write once more.
afterEach(() => rm(folder, { recursive: true, maxRetries: 20, retryDelay: 20 }));

function targets() {
  const service = {
    ...{ manager: 'command', status: ['cat', at('status')], restart: ['cp', at('restarted'), at('status')] },
    ...{ environ: ['cat', at('env')], processes: ['true'], stop: ['true'], logs: ['true'], restartSecs: 0.1 },
  };
  const live = {
    ...{ hosts: [{ name: 'h', environmentFiles: [at('env')], service }], approval: { quorum: 1 } },
    watch: { haltObservationSecs: 0.2 },
  };
  const source = { defaultTarget: 'live', roles: { operators: ['U0'] }, targets: { live } };
  return parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets;
}

/** A database that swallows what it is sent: it answers when it is told to, or never. */
function slowStore(found: { records: readonly HaltRecord[]; answers: Promise<void> }): HaltStore {
  const never = new Promise<never>(() => {});
  return {
    claim: () => never,
    save: () => never,
    get: () => never,
    latest: () => never,
    takeAbandoned: async () => {
      await found.answers;
      return found.records;
    },
    noteFollowers: async () => {},
    ofTerminals: async () => [],
    claimTelling: async () => undefined,
    takeUnannounced: async () => [],
  };
}

function killSwitch(store: HaltStore) {
  return new KillSwitch({
    facts: { strategy: 's', agentId: 's', envPrefix: 'S__', ...BARE_CONTRACT },
    hostOf: (settings) => createHost(settings),
    trading: undefined,
    files: createOpenHaltFiles(at('data'), 'test'),
    journal: async (event) => {
      events.push(event);
    },
    store,
    clock: systemClock,
    newId: randomUUID,
    owner: 'test',
    logger: { warn: () => {}, error: () => {}, info: () => {} },
  });
}

const begun = () => events.filter(({ kind }) => kind === 'halt.requested').length;

/** One that is told late what it looked at long before. */
async function lateAnswer() {
  let answer = () => {};
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const found: { records: readonly HaltRecord[]; answers: Promise<void> } = { records: [], answers };
  return { found, answer: () => answer() };
}

test('a halt that has ended while a look waited for the database does not go on', async () => {
  const { found, answer } = await lateAnswer();
  const own = killSwitch(slowStore(found));
  const target = targets().get('live');
  if (target === undefined) throw new Error('there is no target');
  const { done } = own.start({ target, kind: 'disable', requestedBy: CAROL });
  const files = createOpenHaltFiles(at('data'), 'test');
  while ((await files.list()).length === 0) await systemClock.sleep(5);
  // The look reads the disk now, where the halt goes on, and hears of the database when it has ended.
  const look = own.resume(targets());
  await systemClock.sleep(50);
  const { endedAt } = await done;
  expect(endedAt).not.toBeNull();
  answer();
  const handles = await look;
  expect(handles.filter((handle) => handle.current().endedAt === null)).toEqual([]);
  expect(own.running('live')).toBeUndefined();
  expect(begun()).toBe(1);
});

test('nor does one of whose end the database never heard: the disk knows it', async () => {
  const { found, answer } = await lateAnswer();
  const first = killSwitch(slowStore(found));
  const target = targets().get('live');
  if (target === undefined) throw new Error('there is no target');
  const handle = first.start({ target, kind: 'disable', requestedBy: CAROL });
  const open = { halt: handle.current(), messages: [] };
  const ended = await handle.done;
  const files = createOpenHaltFiles(at('data'), 'test');
  while ((await files.list())[0]?.halt.endedAt == null) await systemClock.sleep(20);
  answer();
  // A bot that starts later, and finds the halt as the database saw it last.
  found.records = [open];
  const later = killSwitch({ ...slowStore(found), get: async () => open });
  const handles = await later.resume(targets());
  expect(handles.map((one) => one.current().endedAt)).toEqual(handles.map(() => ended.endedAt));
  expect(later.running('live')).toBeUndefined();
  expect(begun()).toBe(1);
});

import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Halt } from '../../src/domain/halt.js';
import { KillSwitch, type KillSwitchOptions } from '../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import type { Host } from '../../src/hosts/host.js';
import type { Target } from '../../src/runbook/targets.js';
import { type Clock, systemClock } from '../../src/time/clock.js';
import { haltReportView } from '../../views/rollback-report.js';
import { BARE_CONTRACT } from '../support/strategy-facts.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
const FACTS = { strategy: 's', agentId: 's', envPrefix: 'S__', ...BARE_CONTRACT };
const settings = {
  name: 'h1',
  service: { manager: 'systemd', unit: 'u', restartSecs: 1 },
  environmentFiles: ['/nowhere'],
};
const target = { name: 'live', hosts: [settings], watch: { haltObservationSecs: 0 } } as unknown as Target;
const silence = async () => {
  throw new Error('no route to host');
};
/** Whatever is asked of it, or of its parts, does not answer. */
const deadHost = new Proxy(silence as unknown as Host, {
  get: () => new Proxy(silence, { get: () => silence }),
});
/** Sleeps for a moment, in which as much time passes as was asked for. */
function quickClock(): Clock {
  let now = Date.parse('2026-03-01T12:00:00.000Z');
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms, signal) {
      await systemClock.sleep(1, signal);
      now += ms;
    },
  };
}
const CANCELLED = { releaseId: 'r', requests: 1 };

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lobml-halts-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A bot whose database stores nothing until it is back. */
function botWith(owner: string, cancelReleases: KillSwitchOptions['cancelReleases']) {
  const saved: Halt[] = [];
  const journalled: string[] = [];
  const store = {
    claim: async () => undefined,
    save: async ({ halt }: { readonly halt: Halt }) => void saved.push(halt),
    get: async () => undefined,
    latest: async () => undefined,
    takeAbandoned: async () => [],
    noteFollowers: async () => {},
    ofTerminals: async () => [],
    claimTelling: async () => undefined,
    takeUnannounced: async () => [],
  };
  const killSwitch = new KillSwitch({
    facts: FACTS,
    hostOf: () => deadHost,
    trading: undefined,
    files: createOpenHaltFiles(dataDir, owner),
    journal: async ({ kind }) => void journalled.push(kind),
    store,
    cancelReleases,
    clock: quickClock(),
    newId: randomUUID,
    owner,
    logger: { warn: () => {}, error: () => {}, info: () => {} },
  });
  return { killSwitch, saved, journalled };
}

const filesLeft = async () => (await readdir(join(dataDir, 'halts'))).filter((name) => !name.startsWith('.'));
const reportOf = (halt: Halt) =>
  JSON.stringify(haltReportView(halt, { locale: 'en', commands: new Map() }).blocks);
const NOT_YET = 'a running deploy could not be cancelled yet';

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(5);
}

test('what the database could not cancel at the click is cancelled when it is back, though the halt has ended', async () => {
  let isAway = true;
  const { killSwitch, saved } = botWith('one', async () => {
    if (isAway) throw new Error('connect ECONNREFUSED');
    return CANCELLED;
  });
  const handle = killSwitch.start({ target, kind: 'disable', requestedBy: CAROL });
  const ended = await handle.done;
  await until(() => handle.current().cancelAway === true);
  expect(ended.endedAt).not.toBeNull();
  expect(reportOf(handle.current())).toContain(NOT_YET);
  isAway = false;
  await until(() => handle.current().cancelled !== null);
  await killSwitch.settled();
  expect(saved.at(-1)).toMatchObject({ cancelled: CANCELLED, endedAt: expect.any(String) });
  expect(reportOf(handle.current())).not.toContain(NOT_YET);
  expect(await filesLeft()).toEqual([]);
});

test('a bot that is ended meanwhile leaves it to the next one', async () => {
  let isDead = false;
  const gone = botWith('gone', async () => {
    if (isDead) return null;
    throw new Error('connect ECONNREFUSED');
  });
  const handle = gone.killSwitch.start({ target, kind: 'disable', requestedBy: CAROL });
  await handle.done;
  await until(() => handle.current().cancelAway === true);
  await gone.killSwitch.settled();
  isDead = true;
  expect(await filesLeft()).toHaveLength(1);

  const asked: string[] = [];
  const next = botWith('next', async ({ haltId }) => {
    asked.push(haltId);
    return CANCELLED;
  });
  await next.killSwitch.resume(new Map([[target.name, target]]));
  await until(async () => (await filesLeft()).length === 0);
  expect(asked).toEqual([handle.current().haltId]);
  expect(next.saved.at(-1)).toMatchObject({ cancelled: CANCELLED });
  expect(next.journalled).toEqual(['halt.release_cancelled']);
});

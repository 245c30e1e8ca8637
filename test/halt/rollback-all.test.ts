import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rollback } from '../../commands/rollback.js';
import type { Click, Conversation } from '../../src/conversation/subcommand.js';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import type { Modal, Report } from '../../src/domain/report.js';
import { KillSwitch } from '../../src/halt/kill-switch.js';
import type { KillSwitchServices } from '../../src/halt/kill-switch-services.js';
import type { HaltHandle } from '../../src/halt/live-halt.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import type { TradingLook } from '../../src/halt/trading-look.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { DISABLE_ALL_ACTION, RESTORE_ACTION } from '../../views/rollback-buttons.js';
import { BARE_CONTRACT } from '../support/strategy-facts.js';

const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
const DAVE = { id: 'U0DAVE', name: 'dave', surface: 'slack' } as const;
const STRATEGIES = { one: ['live', 'dryrun'], two: ['policy'] } as const;
const killSwitches: KillSwitch[] = [];
let folder: string;
let events: AuditEvent[];

const at = (name: string) => join(folder, name);
const status = (pid: number) => `ActiveState=active\nMainPID=${pid}\nNRestarts=0\n`;

beforeEach(async () => {
  events = [];
  folder = await mkdtemp(join(tmpdir(), 'rollback-all-'));
  for (const name of Object.values(STRATEGIES).flat()) {
    await writeFile(at(`${name}.env`), 'S__ENABLED=true\n');
    await writeFile(at(`${name}.status`), status(1));
    await writeFile(at(`${name}.restarted`), status(2));
  }
});
afterEach(async () => {
  await Promise.all(killSwitches.splice(0).map((one) => one.settled()));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const NOTHING_COMES: TradingLook = {
  mark: async () => ({ mark: { lastId: '0', seen: [], open: [] }, before: 0 }),
  ordersSince: async () => 0,
  resting: async () => ({ total: 0, rows: [] }),
  restingOrders: async () => [],
  positions: async () => [],
  openEntries: async () => ({ total: 0, rows: [] }),
};

const targetOf = (name: string) => {
  const service = {
    ...{ manager: 'command', status: ['cat', at(`${name}.status`)], environ: ['cat', at(`${name}.env`)] },
    ...{ restart: ['cp', at(`${name}.restarted`), at(`${name}.status`)], stop: ['true'], logs: ['true'] },
    ...{ processes: ['true'], restartSecs: 0.1 },
  };
  const hosts = [{ name: `${name}-1`, environmentFiles: [at(`${name}.env`)], service }];
  return { accountId: name, hosts, approval: { quorum: 1 }, watch: { haltObservationSecs: 0.2 } };
};

function servicesOf(
  strategy: keyof typeof STRATEGIES,
  every: () => readonly KillSwitchServices[],
): KillSwitchServices {
  const names = STRATEGIES[strategy];
  const source = {
    ...{ defaultTarget: names[0], roles: { operators: ['U0CAROL'] } },
    targets: Object.fromEntries(names.map((name) => [name, targetOf(name)])),
  };
  const killSwitch = new KillSwitch({
    facts: { strategy, agentId: 's', envPrefix: 'S__', ...BARE_CONTRACT },
    hostOf: (settings) => createHost(settings),
    trading: NOTHING_COMES,
    files: createOpenHaltFiles(at(`data-${strategy}`), 'test'),
    journal: async (event) => {
      events.push(event);
    },
    store: undefined,
    clock: systemClock,
    newId: randomUUID,
    owner: 'test',
    logger: { warn: () => {}, error: () => {}, info: () => {} },
  });
  const plan = {
    target: names[0],
    releaseId: 'r1',
    confirmedAt: '2026-01-01T00:00:00Z',
    hosts: [],
    untriedBinary: [],
    replaced: [],
  };
  return {
    killSwitch,
    targets: parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))),
    operators: { who: ['@ops'], mayHalt: async ({ id }) => ({ kind: id === DAVE.id ? 'no' : 'yes' }) },
    previousModel: {
      plan: async () => ({ kind: 'plan', plan }),
      putBack: async () => {
        throw new Error('nothing may be put back while a halt goes on');
      },
    },
    everyStrategy: every,
    callForHalt: (handle) => called.push(handle),
    announceHalt: (handle) => announced.push(handle),
  };
}

let called: HaltHandle[];
let announced: HaltHandle[];
let posted: Report[];
let whispered: Report[];

function bench(isPostTaken = true) {
  [called, announced, posted, whispered] = [[], [], [], []];
  const all: KillSwitchServices[] = [];
  all.push(...(['one', 'two'] as const).map((name) => servicesOf(name, () => all)));
  const conversation = (person: Conversation['person'] = CAROL): Conversation => ({
    person,
    locale: 'en',
    channel: 'C0RELEASES',
    async post(report) {
      if (!isPostTaken) throw new Error('not_in_channel');
      const index = posted.push(report) - 1;
      const show = (next: Report) => {
        posted[index] = next;
      };
      return { ref: undefined, update: show, finish: async (next) => show(next) };
    },
    whisper: async (report) => {
      whispered.push(report);
    },
  });
  const [services] = all;
  if (services === undefined) throw new Error('there are no services');
  return { services, all, conversation };
}

const isOff = async (name: string) =>
  (await readFile(at(`${name}.env`), 'utf8')).includes('S__ENABLED=false');

test('--all halts every target of every strategy at once, and tells them in one message', async () => {
  const { services, conversation } = bench();
  const { exitCode } = await rollback.run(
    ['--all', '--disable', '--reason', 'storm'],
    conversation(),
    services,
  );
  expect(exitCode).toBe(0);
  for (const name of ['live', 'dryrun', 'policy']) expect(await isOff(name)).toBe(true);
  expect(posted).toHaveLength(1);
  expect(posted[0]?.text).toBe('🛑 ALL 3 TARGETS HALTED - VERIFIED');
  const shown = JSON.stringify(posted[0]);
  for (const name of ['live', 'dryrun', 'policy']) expect(shown).toContain(`HALTED - VERIFIED · ${name}`);
  expect(called).toHaveLength(3);
  expect(announced).toEqual([]);
  const begun = events.filter(({ kind }) => kind === 'halt.requested');
  expect(begun.map(({ target, reason }) => [target, reason]).sort()).toEqual([
    ['dryrun', 'storm'],
    ['live', 'storm'],
    ['policy', 'storm'],
  ]);
});

test('one that is not proved stands first, with its commands; exit code 1', async () => {
  await writeFile(at('policy.restarted'), status(1));
  await rm(at('policy.status'));
  const { services, conversation } = bench();
  const terminal = conversation({ id: 'root', name: 'root', surface: 'terminal' });
  const { exitCode } = await rollback.run(['--all', '--stop'], terminal, services);
  expect(exitCode).toBe(1);
  expect(posted[0]?.text).toMatch(/^🚨 [1-3] OF 3 TARGETS NOT VERIFIED$/);
  expect(JSON.stringify(posted[0]?.blocks[1])).toContain('HALT NOT VERIFIED');
  expect(JSON.stringify(posted[0])).toContain('On policy-1:');
});

test('a channel that takes no message is no reason for silence: each halt owes its own', async () => {
  const { services, conversation } = bench(false);
  await rollback.run(['--all', '--disable'], conversation(), services);
  expect(announced.map((handle) => handle.current().target).sort()).toEqual(['dryrun', 'live', 'policy']);
});

test('--all without a form halts nothing and offers the buttons; others than operators are refused', async () => {
  const { services, conversation } = bench();
  await rollback.run(['--all'], conversation(), services);
  expect(JSON.stringify(posted[0])).toContain(DISABLE_ALL_ACTION);
  await expect(rollback.run(['--all', '--disable'], conversation(DAVE), services)).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(rollback.run(['--all', '--previous-model'], conversation(), services)).rejects.toMatchObject({
    code: 'rollback_all_models',
  });
  expect(await isOff('live')).toBe(false);
});

test('who confirms a previous model while a halt goes on is told once who acted, and nothing is put back', async () => {
  const { services, conversation } = bench();
  const target = services.targets.targets.get('live');
  if (target === undefined) throw new Error('there is no target');
  const { done } = services.killSwitch.start({ target, kind: 'disable', requestedBy: CAROL });
  const shown: Modal[] = [];
  const bob = { id: 'U0BOB', name: 'bob', surface: 'slack' } as const;
  const place = conversation(bob);
  const click: Click = {
    ...place,
    reply: place.post,
    actionId: RESTORE_ACTION,
    value: JSON.stringify({ target: 'live', releaseId: 'r1' }),
    message: undefined,
    openModal: async () => {},
    modal: {
      privateMetadata: '',
      values: {},
      update: async (modal) => {
        shown.push(modal);
      },
    },
  };
  await rollback.actions?.[RESTORE_ACTION]?.(click, services);
  expect(shown).toHaveLength(1);
  expect(JSON.stringify(shown)).toMatch(
    /Disable by <@U0CAROL> has gone on since .*Previous model\) was not done/,
  );
  expect([...whispered, ...posted, ...announced]).toEqual([]);
  expect((await done).state).toBe('verified');
  expect(events.filter(({ kind }) => kind === 'halt.joined')).toMatchObject([
    { actor: bob, target: 'live', details: { halt: 'disable', asked: 'previous_model' } },
  ]);
});

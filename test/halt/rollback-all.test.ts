import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rollback } from '../../commands/rollback.js';
import type { Click, Conversation } from '../../src/conversation/subcommand.js';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import { type Halt, newHalt, newHostHalt } from '../../src/domain/halt.js';
import type { Modal, Report } from '../../src/domain/report.js';
import { createHaltAnnouncer, type HaltAnnouncer } from '../../src/halt/announce-halt.js';
import type { HaltRecord } from '../../src/halt/halt-schema.js';
import { KillSwitch } from '../../src/halt/kill-switch.js';
import type { KillSwitchServices } from '../../src/halt/kill-switch-services.js';
import { LiveHalt } from '../../src/halt/live-halt.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import type { TradingLook } from '../../src/halt/trading-look.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { haltAllView } from '../../views/rollback-all.js';
import {
  DISABLE_ACTION,
  DISABLE_ALL_ACTION,
  PREVIOUS_MODEL_ACTION,
  RESTORE_ACTION,
  STOP_ENTRIES_ACTION,
} from '../../views/rollback-buttons.js';
import { eventually } from '../sandbox/host/eventually.js';
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
  exitsAmong: async () => new Set<string>(),
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
  closeOnly?: Readonly<Record<string, string>>,
): KillSwitchServices {
  const names = STRATEGIES[strategy];
  const source = {
    ...{ defaultTarget: names[0], roles: { operators: ['U0CAROL'] } },
    targets: Object.fromEntries(names.map((name) => [name, targetOf(name)])),
  };
  const killSwitch = new KillSwitch({
    facts: {
      ...{ strategy, agentId: 's', envPrefix: 'S__', ...BARE_CONTRACT },
      halt: { ...BARE_CONTRACT.halt, closeOnly },
    },
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
    announceAllHalts: (handles, channel, direct) => announcer.announceAll(handles, channel, direct),
  };
}

/** What stands in Slack, by place and number; a place that refuses takes nothing. */
let posted: Map<string, Report>;
let whispered: Report[];
let terminal: Report[];
let announcer: HaltAnnouncer;
const everything = () => [...posted.values()];

function announcerOf(refused: readonly string[], load: (haltId: string) => Promise<Halt | undefined>) {
  return createHaltAnnouncer({
    targets: new Map(),
    view: (halt) => ({ text: `one of ${halt.target}`, blocks: [] }),
    viewAll: (halts, options) => haltAllView(halts, { locale: 'en', ...options }),
    load,
    operators: [],
    open(channel, ref) {
      let failure: Error | undefined;
      const message = {
        ref,
        update(report: Report) {
          if (refused.includes(channel)) failure = new Error('not_in_channel');
          else {
            message.ref ??= { channel, ts: `${posted.size + 1}.0` };
            posted.set(`${channel}/${message.ref.ts}`, report);
          }
        },
        async finish(report: Report) {
          message.update(report);
          await message.settled();
        },
        async settled() {
          if (failure !== undefined) throw failure;
        },
      };
      return message;
    },
    find: async () => undefined,
    isRefused: () => true,
    clock: systemClock,
    logger: { warn: () => {} },
  });
}

function bench(refused: readonly string[] = [], offering: readonly string[] = []) {
  [posted, whispered, terminal] = [new Map(), [], []];
  const all: KillSwitchServices[] = [];
  all.push(
    ...(['one', 'two'] as const).map((name) =>
      servicesOf(name, () => all, offering.includes(name) ? { S__CLOSE_ONLY: 'true' } : undefined),
    ),
  );
  const [services] = all;
  if (services === undefined) throw new Error('there are no services');
  announcer = announcerOf(refused, async (haltId) => (await recordOf(haltId))?.halt);
  const conversation = (person: Conversation['person'] = CAROL): Conversation => ({
    person,
    locale: 'en',
    channel: 'C0RELEASES',
    async post(report) {
      const index = terminal.push(report) - 1;
      const show = (next: Report) => {
        terminal[index] = next;
      };
      return { ref: undefined, update: show, finish: async (next) => show(next) };
    },
    whisper: async (report) => {
      whispered.push(report);
    },
  });
  return { services, all, conversation };
}

/** As it stands on the disk: there is no database here. */
async function records(): Promise<readonly HaltRecord[]> {
  const folders = Object.keys(STRATEGIES).map((name) =>
    createOpenHaltFiles(at(`data-${name}`), 'test').list(),
  );
  return (await Promise.all(folders)).flat();
}
const recordOf = async (haltId: string) => (await records()).find(({ halt }) => halt.haltId === haltId);

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
  await eventually('its end', () => everything()[0]?.text === '🛑 ALL 3 TARGETS HALTED - VERIFIED');
  expect([...posted.keys()]).toEqual(['C0RELEASES/1.0']);
  const shown = JSON.stringify(everything());
  for (const name of ['live', 'dryrun', 'policy']) expect(shown).toContain(`HALTED - VERIFIED · ${name}`);
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
  const root = conversation({ id: 'root', name: 'root', surface: 'terminal' });
  const { exitCode } = await rollback.run(['--all', '--stop'], root, services);
  expect(exitCode).toBe(1);
  const [shown] = terminal;
  expect(shown?.text).toMatch(/^🚨 [1-3] OF 3 TARGETS NOT VERIFIED$/);
  expect(JSON.stringify(shown?.blocks[1])).toContain('HALT NOT VERIFIED');
  expect(JSON.stringify(shown)).toContain('On policy-1:');
});

test('a channel that takes no message is no reason for silence: each halt owes its own', async () => {
  const { services, conversation } = bench(['C0RELEASES']);
  await rollback.run(['--all', '--disable'], conversation(), services);
  await eventually('three messages', () => posted.size === 3);
  expect(
    everything()
      .map(({ text }) => text)
      .sort(),
  ).toEqual(['one of dryrun', 'one of live', 'one of policy']);
  expect([...posted.keys()].every((place) => place.startsWith('U0CAROL/'))).toBe(true);
  await eventually('nothing else is owed', async () =>
    (await records()).every(({ messages }) => messages.length === 1 && messages[0]?.isFinal === true),
  );
});

test('what becomes of one of them is shown in the message of all, and what was left unfinished is finished there', async () => {
  const { services, all, conversation } = bench();
  await rollback.run(['--all', '--disable'], conversation(), services);
  await eventually('its end', async () =>
    (await records()).every(({ messages }) => messages.every(({ isFinal }) => isFinal)),
  );
  await Promise.all(all.map(({ killSwitch }) => killSwitch.settled()));
  const [one, ...others] = await records();
  if (one === undefined) throw new Error('There is none.');
  expect(one.messages).toMatchObject([{ channel: 'C0RELEASES', ts: '1.0', all: expect.any(Array) }]);
  // Its bot was killed before the end stood there; the next one finds them one after the other.
  posted.clear();
  const next = announcerOf([], async (haltId) => (await recordOf(haltId))?.halt);
  const [message] = one.messages.map(({ isFinal: _told, toldAt: _at, ...rest }) => rest);
  if (message === undefined) throw new Error('There is no message.');
  const left = new LiveHalt({ halt: one.halt, messages: [message] });
  left.end();
  next.resume(left.handle(false));
  await eventually('it stands', () => left.record.messages.every(({ isFinal }) => isFinal));
  expect([...posted]).toEqual([
    ['C0RELEASES/1.0', expect.objectContaining({ text: '🛑 ALL 3 TARGETS HALTED - VERIFIED' })],
  ]);
  const releaseId = randomUUID();
  const laterRelease = { releaseId, startedAt: new Date().toISOString(), by: DAVE };
  next.refresh({ halt: { ...one.halt, laterRelease }, messages: one.messages });
  await eventually('it is history', () => everything()[0]?.text.startsWith('⏮ HISTORY') === true);
  const shown = JSON.stringify(everything());
  expect(shown).toMatch(/a release of <@U0DAVE> has run: the strategy may be on again/);
  for (const { halt } of others) expect(shown).toContain(`HALTED - VERIFIED · ${halt.target}`);
});

test.each(['en', 'zh-CN'] as const)(
  'a message of all asks for nothing that a later halt has resolved (%s)',
  (locale) => {
    const resolvedBy = { haltId: 'h', kind: 'stop' as const, by: CAROL, at: '2026-01-02T00:00:00.000Z' };
    const halts = ['live', 'dryrun'].map((target) => ({
      ...newHalt({
        ...{ haltId: randomUUID(), strategy: 's', target, kind: 'disable', wanted: {}, wantedOf: {} },
        ...{ requestedBy: CAROL, requestedAt: '2026-01-01T00:00:00.000Z', reason: null },
        hosts: [newHostHalt(`${target}-1`)],
      }),
      state: 'not_verified' as const,
      endedAt: '2026-01-01T00:02:00.000Z',
    }));
    const commands = new Map(
      halts.map(({ target }) => [`${target}-1`, { stop: 'stop it', restart: 'r', status: 's', file: '/f' }]),
    );
    const shownOf = (some: readonly Halt[]) =>
      JSON.stringify(
        haltAllView(
          some.map((halt) => ({ halt, commands })),
          { locale },
        ),
      );
    expect(shownOf(halts)).toMatch(/🚨 (2 OF 2 TARGETS NOT VERIFIED|2 个目标中有 2 个|.*2)/);
    const [first, second] = halts;
    if (first === undefined || second === undefined) throw new Error('There are two.');
    const half = shownOf([{ ...first, resolvedBy }, second]);
    expect(half.match(/stop it/g)).toHaveLength(1);
    expect(half.match(/rollback:stop/g)).toHaveLength(1);
    const none = shownOf(halts.map((halt) => ({ ...halt, resolvedBy })));
    expect(none).not.toMatch(/stop it|rollback:stop|🚨/);
    expect(none).toContain('<@U0CAROL>');
  },
);

test('--all without a form halts nothing and offers the buttons; others than operators are refused', async () => {
  const { services, conversation } = bench();
  await rollback.run(['--all'], conversation(), services);
  expect(JSON.stringify(terminal[0])).toContain(DISABLE_ALL_ACTION);
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
  expect([...whispered, ...everything()]).toEqual([]);
  expect((await done).state).toBe('verified');
  expect(events.filter(({ kind }) => kind === 'halt.joined')).toMatchObject([
    { actor: bob, target: 'live', details: { halt: 'disable', asked: 'previous_model' } },
  ]);
});

const environmentOf = (name: string) => readFile(at(`${name}.env`), 'utf8');

test('--all --stop-entries ends the entries of every target, and calls none of them halted', async () => {
  for (const name of ['live', 'dryrun', 'policy']) await writeFile(at(`${name}.restarted`), status(2));
  const { services, conversation } = bench([], ['one', 'two']);
  const { exitCode } = await rollback.run(['--all', '--stop-entries'], conversation(), services);
  expect(everything()[0]?.text).toBe('⛔ ENTRIES OF ALL 3 TARGETS STOPPED - VERIFIED');
  expect(exitCode).toBe(0);
  for (const name of ['live', 'dryrun', 'policy'])
    expect(await environmentOf(name)).toBe('S__ENABLED=true\nS__CLOSE_ONLY=true\n');
  expect(JSON.stringify(everything()[0])).not.toContain('HALT');
});

test('--all --stop-entries does nothing where a strategy has nothing of the kind, and names its targets', async () => {
  const { services, conversation } = bench([], ['one']);
  await rollback.run(['--all', '--stop-entries'], conversation(), services);
  expect(terminal[0]?.text).toContain('Nothing was done: of policy the runbook names no values');
  expect(JSON.stringify(terminal[0])).toContain(DISABLE_ALL_ACTION);
  for (const name of ['live', 'policy']) expect(await environmentOf(name)).toBe('S__ENABLED=true\n');
});

test('where entries cannot be ended alone one sentence says so beside the two buttons; elsewhere there is a third', async () => {
  const { services, conversation } = bench();
  await rollback.run(['live', '—Stop-entires'], conversation(), services);
  const shown = JSON.stringify(terminal[0]);
  expect(terminal[0]?.text).toContain('so nothing was done. Disable, or go back to the previous model.');
  for (const action of [DISABLE_ACTION, PREVIOUS_MODEL_ACTION]) expect(shown).toContain(`"${action}"`);
  expect(shown).not.toContain(`"${STOP_ENTRIES_ACTION}"`);
  expect(await environmentOf('live')).toBe('S__ENABLED=true\n');
  const root = conversation({ id: 'root', name: 'root', surface: 'terminal' });
  expect(await rollback.run(['live', '--stop-entries'], root, services)).toMatchObject({ exitCode: 64 });
  const offering = bench([], ['one', 'two']);
  await rollback.run(['live'], offering.conversation(), offering.services);
  expect(JSON.stringify(terminal[0])).toContain(`"${STOP_ENTRIES_ACTION}"`);
});

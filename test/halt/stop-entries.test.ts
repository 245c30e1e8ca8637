import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { controlHost } from '../../sandbox/host/control-host.js';
import { insertExecution, type Order } from '../../sandbox/host/orders.js';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { createTradingHosts, type TradingHosts } from '../../sandbox/host/trading-host.js';
import type { AuditEvent } from '../../src/domain/audit-event.js';
import type { Halt, HaltKind } from '../../src/domain/halt.js';
import { KillSwitch, type KillSwitchOptions } from '../../src/halt/kill-switch.js';
import { createOpenHaltFiles } from '../../src/halt/open-halt-file.js';
import { loadStrategyFacts, type StrategyFacts } from '../../src/halt/strategy-facts.js';
import { createTradingLook } from '../../src/halt/trading-look.js';
import { environmentIsAsWanted } from '../../src/hosts/environment/write-wanted.js';
import { createHost } from '../../src/hosts/kinds/create-host.js';
import { parseTargets, type Target } from '../../src/runbook/targets.js';
import { systemClock } from '../../src/time/clock.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { alreadyHaltingView, haltReportView } from '../../views/rollback-report.js';
import { eventually } from '../sandbox/host/eventually.js';
import { buildSandboxPrograms, type SandboxPrograms } from '../sandbox/host/programs.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

const CLOSE_ONLY = 'PLOY_CRYPTO_RL_POLICY__CLOSE_ONLY';
const FLAG = 'PLOY_CRYPTO_RL_POLICY__TRADE';
const CAROL = { id: 'U0CAROL', name: 'carol', surface: 'slack' } as const;
const AGENT = 'crypto_rl_policy';

let database: TestDatabase;
let programs: SandboxPrograms;
let trading: TradingHosts;
let asked: TradingDatabase;
let folder: string;
let facts: StrategyFacts;
let firstText: string;
const events: AuditEvent[] = [];

/** A host on which the second strategy trades, with real processes and a real database. */
beforeAll(async () => {
  database = await createEmptyDatabase();
  await createTradingSchema(database.pool);
  programs = await buildSandboxPrograms();
  folder = await mkdtemp(join(tmpdir(), 'stop-entries-'));
  trading = await createTradingHosts({
    folder,
    databaseUrl: database.url,
    hosts: ['policy-1'],
    restartDelayMs: 200,
    entryEveryMs: 100,
    programsFolder: programs.folder,
  });
  asked = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
  const shown = await loadStrategyFacts('sandbox/runbooks/crypto_rl_policy/runbook.yaml');
  facts = { ...shown, startLog: { loadedLine: ['loaded policy'] } };
  firstText = await readFile(environmentFile(), 'utf8');
});
afterAll(async () => {
  await asked.close();
  await trading.close();
  await database.drop();
  await programs.remove();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  events.length = 0;
  await database.pool.query('DELETE FROM agent_order_executions');
  await writeFile(environmentFile(), firstText);
  await controlHost(host().service.restart);
  await eventually('it trades', async () => (await ordersOf(true)) > 4);
});
const running: KillSwitch[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.settled()));
});

function host() {
  const [only] = trading.hosts;
  if (only === undefined) throw new Error('there is no host');
  return only;
}
const environmentFile = () => host().environmentFiles[1];
const ordersOf = async (isBuy: boolean): Promise<number> => {
  const { rows } = await database.pool.query(
    'SELECT COUNT(*)::int AS n FROM agent_order_executions WHERE agent_id = $1 AND is_buy = $2',
    [AGENT, isBuy],
  );
  return rows[0].n;
};

function targetWith(venue?: object): Target {
  const policy = trading.targets['policy'];
  const source = {
    defaultTarget: 'policy',
    roles: { operators: ['U0CAROL'] },
    targets: {
      policy: { ...policy, venue, approval: { quorum: 1 }, watch: { haltObservationSecs: 2 } },
    },
  };
  const target = parseTargets('targets.yaml', Buffer.from(JSON.stringify(source))).targets.get('policy');
  if (target === undefined) throw new Error('there is no target');
  return target;
}

function killSwitch(more: Partial<KillSwitchOptions> = {}): KillSwitch {
  const made = new KillSwitch({
    facts,
    hostOf: (settings) => createHost(settings),
    trading: createTradingLook(asked, facts),
    files: createOpenHaltFiles(join(folder, 'data'), 'test'),
    journal: async (event) => {
      events.push(event);
    },
    store: undefined,
    clock: systemClock,
    newId: randomUUID,
    owner: 'test',
    logger: { warn: () => {}, error: () => {}, info: () => {} },
    ...more,
  });
  running.push(made);
  return made;
}

const start = (kind: HaltKind = 'stop_entries', one = killSwitch(), venue?: object) =>
  one.start({ target: targetWith(venue), kind, requestedBy: CAROL });
const told = (halt: Halt) => JSON.stringify(haltReportView(halt, { locale: 'en', commands: new Map() }));

let ids = 0;
const orderOf = (more: Partial<Order> & { readonly word?: string }): Order => ({
  ...{ agentId: AGENT, accountId: String(targetWith().accountId), dryRun: targetWith().dryRun },
  ...{ intentId: randomUUID(), marketSlug: `btc-updown-15m-${2_000_000_000 + ids++}`, side: 'UP' },
  ...{
    isBuy: true,
    shares: 5,
    price: 0.5,
    metadata: { signal_type: more.word ?? AGENT } as Order['metadata'],
  },
  ...more,
});

/** An order that the venue has not filled yet. */
async function rests(isBuy: boolean): Promise<string> {
  const order = orderOf({ isBuy });
  await insertExecution(database.pool, order, new Date());
  await database.pool.query(
    "UPDATE agent_order_executions SET status = 'Submitted', filled_shares = 0 WHERE intent_id = $1",
    [order.intentId],
  );
  return `ord-${order.intentId.slice(0, 12)}`;
}

test('ends the entries, lets exits go on, and says exactly that', async () => {
  const exits = await ordersOf(false);
  const halt = await start().done;
  expect(halt).toMatchObject({
    ...{ kind: 'stop_entries', state: 'verified', wanted: { [CLOSE_ONLY]: 'true' }, start: 'PASS' },
    hosts: [{ disk: 'done', restart: 'done', process: 'as_wanted', stop: 'none', fault: null }],
  });
  const text = await readFile(environmentFile(), 'utf8');
  expect(text).toContain(`${CLOSE_ONLY}=true\n`);
  expect(text).toContain(`${FLAG}=true`);
  const entries = await ordersOf(true);
  expect(await ordersOf(false)).toBeGreaterThan(exits);
  const report = told(halt);
  expect(report).toContain('⛔ ENTRIES STOPPED - VERIFIED · policy');
  expect(report).toContain('NOT halted');
  expect(report).toContain('exits go on');
  expect(report).not.toContain('HALTED');
  expect(report).toContain(`Letting it enter again is a deploy that changes \`${CLOSE_ONLY}=true\``);
  expect(report).toContain('rollback:disable');
  expect(await ordersOf(true)).toBe(entries);
  expect(events[0]).toMatchObject({
    kind: 'halt.requested',
    details: { halt: 'stop_entries', wanted: { [CLOSE_ONLY]: 'true' } },
  });
});

test.each([
  ['whose log tells whether it has loaded', true],
  ['whose log tells nothing', false],
])('a strategy that is off, %s, has no exits that could go on: not verified', async (_which, hasLog) => {
  const made = killSwitch(hasLog ? {} : { facts: { ...facts, startLog: undefined } });
  expect(await start('disable', made).done).toMatchObject({ state: 'verified' });
  const halt = await start('stop_entries', made).done;
  expect(halt).toMatchObject({
    state: 'not_verified',
    hosts: [{ process: 'as_wanted', fault: 'strategy_not_loaded' }],
  });
  expect(told(halt)).toContain('no exit is carried out: its flag is off');
});

test.each([
  ['an entry', {}],
  ['an order of an unknown kind', { word: 'something_else', isBuy: false }],
])('%s that comes afterwards is no proof', async (_what, order) => {
  const handle = start();
  await new Promise<void>((resolve) => {
    handle.subscribe(({ entryWatch }) => {
      if (entryWatch.askedAt !== null) resolve();
    });
  });
  await insertExecution(database.pool, orderOf(order), new Date());
  const halt = await handle.done;
  expect(halt).toMatchObject({ state: 'not_verified', entryWatch: { state: 'entries', entries: 1 } });
  expect(told(halt)).toContain('ENTRIES STOPPED - NOT VERIFIED');
  expect(told(halt)).toContain('although it is told to close only');
});

test('an entry that rests is named and keeps verified away; an exit that rests does not', async () => {
  await rests(false);
  expect(await start().done).toMatchObject({ state: 'verified', resting: { total: 0 } });
  await rests(true);
  const halt = await start().done;
  expect(halt).toMatchObject({ state: 'not_verified', resting: { total: 1 } });
  expect(told(halt)).toContain('1 order that is no known exit can still fill');
});

test('at the venue nothing is cancelled, and known exits alone may rest', async () => {
  const [exit, entry] = [await rests(false), await rests(true)];
  const [listing, cancelled] = [join(folder, 'open.json'), join(folder, 'cancelled')];
  const cancel = join(folder, 'cancel');
  await writeFile(cancel, `#!/bin/sh\ntouch ${cancelled}\necho '[]'\n`);
  await chmod(cancel, 0o755);
  const row = (id: string) => ({ id, market: 'm', side: 'UP', shares: 5 });
  const keys = { id: 'id', market: 'market', side: 'side', shares: 'shares' };
  const venue = {
    host: 'policy-1',
    openOrders: { command: ['cat', listing], keys },
    cancelOrders: { command: [cancel] },
  };
  await writeFile(listing, JSON.stringify([row(exit), row(entry), row('nobody-knows')]));
  const one = killSwitch();
  const handle = start('stop_entries', one, venue);
  await new Promise<void>((resolve) => {
    handle.subscribe(({ venue: seen }) => {
      if (seen?.open?.total === 2) resolve();
    });
  });
  expect(told(handle.current())).toContain(`order \`${entry}\``);
  expect(told(handle.current())).not.toContain(exit);
  await database.pool.query("UPDATE agent_order_executions SET status = 'Cancelled' WHERE order_id = $1", [
    entry,
  ]);
  await writeFile(listing, JSON.stringify([row(exit)]));
  const halt = await handle.done;
  expect(halt).toMatchObject({ state: 'verified', venue: { cancel: 'none', open: { total: 0 } } });
  expect(told(halt)).toContain('nothing rests but exits');
  await expect(readFile(cancelled)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a disable wins at once, and stop entries that comes to a disable is told of it', async () => {
  const one = killSwitch();
  const weaker = start('stop_entries', one);
  const stronger = start('disable', one);
  expect(stronger.joined).toBe(false);
  const late = start('stop_entries', one);
  expect(late.joined).toBe(true);
  expect(late.current().kind).toBe('disable');
  const { text } = alreadyHaltingView(late.current(), 'en', 'stop_entries');
  expect(text).toMatch(/Disable by <@U0CAROL> has gone on since .*Stop entries\) was not done/);
  expect(await weaker.done).toMatchObject({ kind: 'disable', state: 'verified' });
  expect(await stronger.done).toMatchObject({ kind: 'disable', state: 'verified' });
  expect(await readFile(environmentFile(), 'utf8')).toContain(`${FLAG}=false\n`);
});

test('a service that is stopped carries out no exit, and is not started', async () => {
  await controlHost(host().service.stop);
  const halt = await start().done;
  expect(halt).toMatchObject({
    state: 'not_verified',
    hosts: [{ disk: 'done', process: 'stopped', stop: 'none' }],
  });
  expect(told(halt)).toContain('no exit is carried out either');
  expect(
    await environmentIsAsWanted(
      createHost(targetHost()),
      targetHost(),
      halt.hosts.length === 1 ? new Map([[CLOSE_ONLY, 'true']]) : new Map(),
      5_000,
    ),
  ).toBe(true);
}, 60_000);

function targetHost() {
  const [only] = targetWith().hosts;
  if (only === undefined) throw new Error('there is no host');
  return only;
}

test('a new process that has not loaded the strategy carries out no exit either', async () => {
  const without = { ...facts, startLog: { loadedLine: ['loaded something else'] } };
  const halt = await start('stop_entries', killSwitch({ facts: without })).done;
  expect(halt).toMatchObject({ state: 'not_verified', hosts: [{ fault: 'strategy_not_loaded' }] });
  expect(told(halt)).toContain('has not loaded the strategy');
}, 60_000);

test('where no log tells it the report says that nobody has seen exits going on', async () => {
  const halt = await start('stop_entries', killSwitch({ facts: { ...facts, startLog: undefined } })).done;
  expect(halt).toMatchObject({ state: 'verified' });
  expect(told(halt)).toContain('nobody has seen that exits go on');
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import { examineTradingSource } from '../../src/doctor/examine-databases.js';
import { parseStrategyFacts } from '../../src/halt/strategy-facts.js';
import { createTradingLook } from '../../src/halt/trading-look.js';
import { proveCurrent, readSource, sourceFault } from '../../src/trading/source-state.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { startBalancer } from '../support/balancer.js';
import { createReplication, type Replication } from '../support/standby.js';
import { ENTRY, insertDecidedOrder, insertOrder } from './support/orders.js';
import { createStage, resultOf } from './support/verify-stage.js';

let servers: Replication;
const opened: TradingDatabase[] = [];
const openTrading = (url: string, standbyMaxLagSecs?: number) => {
  const trading = createTradingDatabase({ url, standbyMaxLagSecs, logger: { warn: () => {} } });
  opened.push(trading);
  return trading;
};

beforeAll(async () => {
  servers = await createReplication();
  await createTradingSchema(servers.primary);
  await servers.caughtUp();
}, 120_000);
afterAll(async () => {
  await Promise.all(opened.map((trading) => trading.close()));
  await servers.end();
});

/** What the collector does all the time: a standby that keeps up replays something young. */
async function write(): Promise<void> {
  await servers.primary.query('SELECT pg_switch_wal(), txid_current()');
  await servers.primary.query('CREATE TABLE IF NOT EXISTS beat (at timestamptz)');
  await servers.primary.query('INSERT INTO beat VALUES (now())');
  await servers.caughtUp();
}

async function paused<T>(work: () => Promise<T>): Promise<T> {
  await servers.standby.query('SELECT pg_wal_replay_pause()');
  try {
    return await work();
  } finally {
    await servers.standby.query('SELECT pg_wal_replay_resume()');
  }
}

const faultOf = async (trading: TradingDatabase) =>
  sourceFault(await readSource(trading, { timeoutMs: 10_000 }));
const SCOPE = { accountId: undefined, dryRun: false };
const LOOK = `strategy: s
agentId: s
envPrefix: S__
flag: { variable: ON }
orders:
  entry: s_entry
  exit: s_exit
  table: agent_order_executions
  columns: { agent: agent_id, account: account_id, at: executed_at, kind: metadata.signal_type, market: market_slug, token: token_id, side: market_side, shares: shares, filledShares: filled_shares, id: id, status: status }
  statuses: { filled: Filled, over: [Cancelled, Expired, Rejected, Failed] }
`;

test('the primary is current, and not pooled', async () => {
  const state = await readSource(openTrading(servers.primaryUrl), { timeoutMs: 10_000 });
  expect(state).toMatchObject({
    role: 'primary',
    lagSecs: undefined,
    isPaused: false,
    isReadOnly: false,
    isPooled: false,
    maxLagSecs: undefined,
  });
  expect(sourceFault(state)).toBeUndefined();
});

test('a hot standby is a source only where it is asked for, its replay goes on and its lag is within the tolerance', async () => {
  await write();
  expect(await faultOf(openTrading(servers.standbyUrl))).toBe('standby_not_asked');
  const asked = openTrading(servers.standbyUrl, 600);
  expect(await readSource(asked, { timeoutMs: 10_000 })).toMatchObject({ role: 'standby', isReadOnly: true });
  expect(await faultOf(asked)).toBeUndefined();
  expect(await paused(() => faultOf(asked))).toBe('standby_paused');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await faultOf(openTrading(servers.standbyUrl, 0.01))).toBe('standby_behind');
});

test.each(['precheck', 'verify', 'gonogo'] as const)(
  'with a paused standby no %s is a GO, and the check says why',
  async (kind) => {
    const stage = await createStage({ url: servers.standbyUrl, standbyMaxLagSecs: 600 });
    try {
      await write();
      const before = await stage.run(kind, { only: ['source.current'] });
      expect(before.verdict).toBe('GO');
      const run = await paused(() => stage.run(kind, { only: ['source.current'] }));
      expect(run.verdict).toBe('NO_GO');
      const result = resultOf(run, 'source.current');
      expect(result.says[0]?.en).toContain('replay of the standby is paused');
      expect(result.observed).toMatchObject([
        { role: 'standby', is_current: false, problem: 'standby_paused' },
      ]);
    } finally {
      await stage.close();
    }
  },
);

test.each(['verify', 'gonogo'] as const)(
  'with a paused standby no %s is a GO either where the runbook has no check of that',
  async (kind) => {
    const stage = await createStage({ url: servers.standbyUrl, standbyMaxLagSecs: 600 });
    try {
      await stage.writeHost('live-1', {});
      await insertDecidedOrder(servers.primary, { at: new Date(Date.now() - 5_000) });
      await write();
      const present = { now: () => new Date(), asOf: undefined, only: ['exec.model_type'] };
      expect((await stage.run(kind, present)).verdict).toBe('GO');
      const run = await paused(() => stage.run(kind, present));
      expect(resultOf(run, 'exec.model_type')).toMatchObject({
        outcome: 'ERROR',
        reason: { facts: { code: 'standby_paused' } },
      });
    } finally {
      await stage.close();
      await servers.primary.query('TRUNCATE agent_order_executions, risk_gate_decisions');
    }
  },
);

describe('behind one address a current primary and a standby that stands still', () => {
  test('are no source of a run: what one proves of itself is not said of the other', async () => {
    const balancer = await startBalancer([servers.primaryUrl, servers.standbyUrl]);
    const stage = await createStage({ url: balancer.url, standbyMaxLagSecs: 600 });
    try {
      const young = () => ({ at: new Date(Date.now() - 5_000) });
      await stage.writeHost('live-1', {});
      await insertDecidedOrder(servers.primary, young());
      await write();
      await paused(async () => {
        await insertOrder(servers.primary, { ...young(), metadata: { ...ENTRY, model_type: 'lightgbm' } });
        const only = ['source.current', 'exec.model_type'];
        const present = { now: () => new Date(), asOf: undefined };
        const runs = [];
        for (let run = 0; run < 8; run += 1) runs.push(await stage.run('verify', { ...present, only }));
        const codes = runs.flatMap(({ checks }) => checks.map(({ reason }) => reason.facts?.['code']));
        expect(runs.filter(({ verdict }) => verdict === 'GO')).toEqual([]);
        expect(codes).toContain('other_server');
      });
    } finally {
      await Promise.all([stage.close(), balancer.stop()]);
      await servers.primary.query('TRUNCATE agent_order_executions, risk_gate_decisions');
    }
  });

  test('are no source of a halt’s look', async () => {
    const facts = parseStrategyFacts('runbook.yaml', LOOK);
    const [current, still] = [openTrading(servers.primaryUrl), openTrading(servers.standbyUrl, 600)];
    let asked = 0;
    const inTurn: Pick<TradingDatabase, 'query'> = {
      query(request) {
        asked += 1;
        return (asked % 2 === 1 ? current : still).query(request);
      },
    };
    await write();
    await paused(async () => {
      const look = createTradingLook(inTurn, facts);
      await expect(look?.mark(SCOPE, 0)).rejects.toMatchObject({ code: 'other_server' });
      await expect(look?.openEntries(SCOPE)).rejects.toMatchObject({ code: 'other_server' });
    });
  });
});

test('a halt does not take a standby that stands still for a look at the orders', async () => {
  const facts = parseStrategyFacts('runbook.yaml', LOOK);
  const look = createTradingLook(openTrading(servers.standbyUrl, 600), facts);
  const truth = createTradingLook(openTrading(servers.primaryUrl), facts);
  await write();
  if (look === undefined || truth === undefined)
    throw new Error('the orders of the runbook could not be read');
  const { mark } = await look.mark(SCOPE, 0);
  expect(await look.ordersSince(SCOPE, mark)).toBe(0);
  await paused(async () => {
    await servers.primary.query(
      `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, domain, market_slug, token_id, market_side, is_buy,
         shares, limit_price, status, filled_shares, elapsed_ms, dry_run, metadata, executed_at)
       VALUES ('s', 'default', gen_random_uuid(), 'crypto', 'm', 't', 'UP', true, 1, 0.5, 'Filled', 1, 1, false,
         '{"signal_type":"s_entry"}', now())`,
    );
    expect(await truth.ordersSince(SCOPE, mark)).toBe(1);
    await expect(look.mark(SCOPE, 0)).rejects.toMatchObject({ code: 'standby_paused' });
    await expect(look.ordersSince(SCOPE, mark)).rejects.toMatchObject({ code: 'standby_paused' });
    await expect(look.resting(SCOPE)).rejects.toMatchObject({ code: 'standby_paused' });
    await expect(look.openEntries(SCOPE)).rejects.toMatchObject({ code: 'standby_paused' });
  });
});

test('doctor shows what answers, and that a standby is no source', async () => {
  const examine = (trading: TradingDatabase) =>
    examineTradingSource({
      config: { databaseUrl: undefined, dataDir: '.' },
      strategies: [],
      trading,
      state: servers.primary,
    }).examine();
  expect(await examine(openTrading(servers.primaryUrl))).toMatchObject([{ state: 'ok' }]);
  expect(await examine(openTrading(servers.standbyUrl))).toMatchObject([
    {
      state: 'fault',
      seen: { code: 'source_is', facts: { role: 'standby' } },
      wayOut: { code: 'do_use_primary' },
    },
  ]);
});

test('a database that takes no writes, and a pooler, are named', async () => {
  await servers.primary.query('ALTER DATABASE postgres SET default_transaction_read_only = on');
  try {
    const real = openTrading(servers.primaryUrl);
    expect(await readSource(real, { timeoutMs: 10_000 })).toMatchObject({
      role: 'primary',
      isReadOnly: true,
    });
    // What a pooler does: it announces a process of its own making.
    const query: TradingDatabase['query'] = async (asked) => ({
      ...(await real.query(asked)),
      announcedPid: 1,
    });
    expect(await readSource({ query }, { timeoutMs: 10_000 })).toMatchObject({ isPooled: true });
    await expect(proveCurrent(real, 10_000)).resolves.toMatch(/^\d+$/);
  } finally {
    const client = await servers.primary.connect();
    await client.query('SET default_transaction_read_only = off');
    await client.query('ALTER DATABASE postgres RESET default_transaction_read_only');
    client.release(true);
  }
});

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTradingSchema } from '../../sandbox/host/trading-data/seed.js';
import type { KnownGoodHost } from '../../src/domain/known-good.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { askToBreakGlass } from './support/break-glass.js';
import {
  ALICE,
  BOB,
  CAROL,
  createReleaseWorld,
  hostSource,
  insertConfirmed,
  type ReleaseWorld,
  requestAsAlice,
  WISH,
  writeHost,
} from './support/release-world.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const NEXT = sha256('next model');
const OLD = sha256('old model');
const POLICY = { from: 'dryrun', hours: 1, entries: 4 };

let orders: TestDatabase;
let trading: TradingDatabase;
let world: ReleaseWorld;

beforeEach(async () => {
  orders = await createEmptyDatabase();
  await createTradingSchema(orders.pool);
  trading = createTradingDatabase({ url: orders.url, logger: { warn: () => {} } });
  world = await createReleaseWorld(undefined, {
    live: { promotes: POLICY },
    others: (path) => ({
      dryrun: {
        accountId: 'dry',
        approval: { quorum: 1, groups: ['S0TRADING'] },
        hosts: [hostSource(path, 'd1')],
      },
    }),
    trading,
  });
  await writeHost(world.path, 'd1');
});
afterEach(async () => {
  await world.end();
  await trading.close();
  await orders.drop();
});

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 8, minute));

const host = (model: string): KnownGoodHost => ({
  host: 'd1',
  model: { path: '/models/lob_tcn_5m_1130.onnx', sha256: model, keptPath: '/models/.kept' },
  binary: null,
  variables: { S__MODEL_VERSION: 'v2' },
});
const confirmOnDryrun = (model: string, minute: number) =>
  insertConfirmed(world, [host(model)], { target: 'dryrun', at: at(minute) });

/** Entries of the strategy on `dryrun`, in minutes. */
async function entries(...minutes: number[]): Promise<void> {
  for (const minute of minutes) {
    await orders.pool.query(
      `INSERT INTO agent_order_executions (agent_id, account_id, intent_id, domain, market_slug, token_id, market_side,
         is_buy, shares, limit_price, status, filled_shares, elapsed_ms, dry_run, metadata, executed_at)
       VALUES ('s', 'dry', gen_random_uuid(), 'crypto', 'm', 't', 'UP', true, 10, 0.5, 'Filled', 10, 1, true, $1, $2)`,
      [{ signal_type: 'crypto_lob_ml_entry', model_version: 'v2' }, at(minute)],
    );
  }
}

async function run(verdict: string, minute: number, planned = false): Promise<void> {
  await world.database.pool.query(
    `INSERT INTO lobml.check_runs (run_id, strategy, target, kind, verdict, requested_by, started_at, as_of, valid_until,
       duration_ms, runbook_sha256, outcome_counts, checks, planned)
     VALUES (gen_random_uuid(), 's', 'dryrun', 'verify', $1, $2, $3, $3, $3, 1, '', '{}', '[]', $4)`,
    [verdict, JSON.stringify(ALICE), at(minute), planned],
  );
}

async function ask(wish = WISH) {
  const checked = await world.service.plan(wish, world.target, ALICE);
  if (checked.kind !== 'checked') throw new Error(JSON.stringify(checked));
  const { run: judged, digest } = checked;
  const asked = { wish, target: world.target, by: ALICE, runId: judged.runId, digest, acknowledged: [] };
  return { checked, result: await world.service.request(asked) };
}

const refusalOf = async (wish = WISH) => {
  const { result } = await ask(wish);
  return result.kind === 'refused' && 'refusal' in result ? result.refusal : undefined;
};

test('a model that was never confirmed there is refused by name, in the plan as in the request', async () => {
  const { checked, result } = await ask();
  expect(checked.promotion).toMatchObject({
    from: 'dryrun',
    soaks: [{ sha256: NEXT, name: 'next', isConfirmed: false, hours: 0, entries: 0 }],
  });
  expect(result).toMatchObject({
    kind: 'refused',
    refusal: { code: 'not_promoted', facts: { from: 'dryrun', name: 'next', why: 'never_confirmed' } },
  });
  expect(world.events.at(-1)).toMatchObject({ kind: 'release.refused', details: { code: 'not_promoted' } });
});

test('what is missing is named, and with the last hour and entry it may be asked for', async () => {
  await confirmOnDryrun(NEXT, 0);
  await entries(5, 35);
  expect(await refusalOf()).toEqual({
    code: 'not_promoted',
    facts: {
      from: 'dryrun',
      name: 'next',
      why: 'too_little',
      run: '',
      since: '',
      unit: 'h',
      done: '0.5',
      wanted: '1',
      entries: '2',
      wantedEntries: '4',
    },
  });
  await entries(45, 64);
  expect(await refusalOf()).toMatchObject({ facts: { done: '0.9', entries: '4' } });
  await entries(65);
  const { result } = await ask();
  expect(result).toMatchObject({ kind: 'requested', request: { promotion: { soaks: [{ entries: 5 }] } } });
  if (result.kind !== 'requested') throw new Error('not requested');
  const stored = await world.service.live('live');
  expect(stored?.promotion).toEqual(result.request.promotion);
});

test('another model in its place on the host that it comes from does not lend it its time', async () => {
  await confirmOnDryrun(OLD, 0);
  await entries(5, 25, 45, 65);
  expect(await refusalOf()).toMatchObject({ facts: { why: 'never_confirmed' } });
});

test('a NO-GO there takes it back, one of a plan does not', async () => {
  await confirmOnDryrun(NEXT, 0);
  await entries(5, 25, 45, 66);
  await run('NO_GO', 67, true);
  await run('HOLD', 68);
  expect(await refusalOf()).toBeUndefined();
  await world.service.withdraw({
    requestId: (await world.service.live('live'))?.requestId ?? '',
    person: ALICE,
  });
  await run('NO_GO', 69);
  expect(await refusalOf()).toMatchObject({
    facts: { why: 'no_go', run: 'verify', since: at(69).toISOString() },
  });
});

test('a halt there that put the model before back takes it back, too', async () => {
  await confirmOnDryrun(NEXT, 0);
  await entries(5, 25, 45, 66);
  await world.database.pool.query(
    `INSERT INTO lobml.halts (halt_id, strategy, target, kind, state, requested_by, requested_at, owner, alive_at, record)
     VALUES (gen_random_uuid(), 's', 'dryrun', 'previous_model', 'verified', '{}', $1, '', now(), '{}')`,
    [at(70)],
  );
  expect(await refusalOf()).toMatchObject({ facts: { why: 'rolled_back', since: at(70).toISOString() } });
});

test('a NO-GO after the approvals stops the start', async () => {
  await confirmOnDryrun(NEXT, 0);
  await entries(5, 25, 45, 66);
  const { requestId, digest } = await requestAsAlice(world);
  for (const person of [BOB, CAROL]) await world.service.approve({ requestId, digest, person });
  await run('NO_GO', 70);
  const start = () => world.service.start({ requestId, digest, person: ALICE });
  expect(await start()).toMatchObject({ refusal: { code: 'not_promoted', facts: { why: 'no_go' } } });
  await world.database.pool.query(`DELETE FROM lobml.check_runs WHERE verdict = 'NO_GO'`);
  expect(await start()).toMatchObject({ kind: 'started' });
});

test('of a release of settings the model that stays must itself have run there', async () => {
  const settings = { ...WISH, model: undefined, modelVersion: undefined };
  expect(await refusalOf(settings)).toMatchObject({
    code: 'not_promoted',
    facts: { name: OLD.slice(0, 12), why: 'never_confirmed' },
  });
  await confirmOnDryrun(OLD, 0);
  await entries(5, 25, 45, 66);
  expect(await refusalOf(settings)).toBeUndefined();
});

test('what nobody can tell is not enough', async () => {
  await confirmOnDryrun(NEXT, 0);
  await orders.pool.query('ALTER TABLE agent_order_executions RENAME TO gone');
  expect(await refusalOf()).toMatchObject({ code: 'promotion_unknown', facts: { from: 'dryrun' } });
});

test('broken glass goes around it, and the request keeps what was missing', async () => {
  const asked = await askToBreakGlass(world, CAROL);
  const result = await world.service.breakGlass(asked);
  expect(result).toMatchObject({
    kind: 'requested',
    request: { kind: 'break_glass', promotion: { soaks: [{ name: 'next', isConfirmed: false }] } },
  });
});

test('how far the model is that runs there now', async () => {
  expect(await world.context.promotions.underWay(world.target)).toMatchObject({ soaks: [] });
  await confirmOnDryrun(NEXT, 0);
  await entries(5, 25, 45);
  expect(await world.context.promotions.underWay(world.target)).toMatchObject({
    from: 'dryrun',
    soaks: [{ name: 'lob_tcn_5m_1130', isConfirmed: true, entries: 3 }],
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CheckResult } from '../../src/domain/check-run.js';
import type { Locale } from '../../src/domain/localized.js';
import { runReportView } from '../../views/run-report.js';
import { terminalText } from '../../views/terminal.js';
import { type DecisionRow, insertDecidedOrder, insertDecisions, insertOrder } from './support/orders.js';
import { createStage, resultOf, type Stage, type StageRun, secondsAgo } from './support/verify-stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.database.pool.query('TRUNCATE agent_order_executions, risk_gate_decisions');
  await stage.writeHost('live-1', {});
});

const recent = secondsAgo(60);
const inBaseline = secondsAgo(45 * 60);
const decide = (count: number, row: DecisionRow) => insertDecisions(stage.database.pool, count, row);

async function check(id: string, options: StageRun = {}): Promise<CheckResult> {
  return resultOf(await stage.run('verify', { ...options, only: [id] }), id);
}

describe('risk.decisions', () => {
  test('passes with any decision in the window', async () => {
    await decide(2, { at: recent });
    await decide(1, { at: recent, decision: 'BLOCKED', reason: 'max_exposure' });
    const result = await check('risk.decisions');
    expect(result.outcome).toBe('PASS');
    expect(result.says[0]?.en).toBe('2 PASSED, 0 ADJUSTED, 1 BLOCKED');
  });

  test('fails when orders come without a decision', async () => {
    await insertOrder(stage.database.pool, { at: recent });
    await decide(5, { at: inBaseline });
    expect((await check('risk.decisions')).outcome).toBe('FAIL');
  });

  test('the order of a decision that came just before the window is no bypass', async () => {
    await insertOrder(stage.database.pool, { at: secondsAgo(1799) });
    await decide(1, { at: secondsAgo(1801) });
    expect((await check('risk.decisions')).outcome).toBe('INCONCLUSIVE');
  });

  test('is inconclusive with neither, and with those of others alone', async () => {
    await decide(3, { at: recent, agentId: 'crypto_momentum' });
    await decide(3, { at: recent, accountId: 'acct-dryrun' });
    const result = await check('risk.decisions', { accountId: 'acct-live' });
    expect(result.outcome).toBe('INCONCLUSIVE');
    expect(result.says[0]?.en).toContain('expected at least one');
  });
});

describe('risk.blocked_share', () => {
  const share = async (blocked: number, passed: number, at = recent) => {
    await decide(blocked, { at, decision: 'BLOCKED', reason: 'max_exposure' });
    await decide(passed, { at });
  };

  test('passes at the share of the baseline', async () => {
    await share(3, 27);
    await share(3, 27, inBaseline);
    expect((await check('risk.blocked_share')).outcome).toBe('PASS');
  });

  test('fails above the absolute bound, baseline or not, and names the most frequent reasons', async () => {
    await decide(15, { at: recent, decision: 'BLOCKED', reason: 'daily_loss_limit' });
    await decide(3, { at: recent, decision: 'BLOCKED', reason: 'stale_quote' });
    await decide(2, { at: recent });
    const result = await check('risk.blocked_share');
    expect(result.outcome).toBe('FAIL');
    expect(result.says[0]?.en).toContain('18 of 20 BLOCKED (90.0 %');
    expect(result.says[0]?.en).toContain('Reasons: daily_loss_limit 15, stale_quote 3.');
  });

  test.each([
    ['exactly at the bound of failure', 16, 4, 'WARN'],
    ['exactly at the bound of warning', 10, 10, 'PASS'],
    ['above the bound of warning', 11, 9, 'WARN'],
  ])('%s', async (_name, blocked, passed, outcome) => {
    await share(blocked, passed);
    await share(blocked, passed, inBaseline);
    expect((await check('risk.blocked_share')).outcome).toBe(outcome);
  });

  test('warns of a rise that is significant and of medium size', async () => {
    await share(12, 28);
    await share(2, 98, inBaseline);
    expect((await check('risk.blocked_share')).outcome).toBe('WARN');
  });

  test('does not warn of a rise that chance explains', async () => {
    await share(5, 15);
    await share(1, 19, inBaseline);
    expect((await check('risk.blocked_share')).outcome).toBe('PASS');
  });

  test('does not warn of a significant rise that is small', async () => {
    await share(1200, 8800);
    await share(1000, 9000, inBaseline);
    expect((await check('risk.blocked_share')).outcome).toBe('PASS');
  });

  test('does not warn of a fall', async () => {
    await share(0, 100);
    await share(40, 60, inBaseline);
    expect((await check('risk.blocked_share')).outcome).toBe('PASS');
  });

  test.each([
    ['in the window', 19, 40],
    ['anywhere', 0, 0],
  ])(
    'is inconclusive with too few decisions %s, and says how many are needed',
    async (_name, here, there) => {
      await share(0, here);
      await share(0, there, inBaseline);
      const result = await check('risk.blocked_share');
      expect(result.outcome).toBe('INCONCLUSIVE');
      expect(result.says[0]?.en).toContain('20 decisions are needed in the window');
    },
  );

  test.each([
    ['a first release', 8, 0, 'PASS'],
    ['a quiet market before', 8, 19, 'PASS'],
    ['a first release above the bound of warning', 22, 0, 'WARN'],
    ['a first release above the bound of failure', 36, 0, 'FAIL'],
  ])('without a baseline the absolute bounds alone decide: %s', async (_name, blocked, there, outcome) => {
    await share(blocked, 40 - blocked);
    await share(0, there, inBaseline);
    const run = await stage.run('verify', { only: ['risk.blocked_share'] });
    const result = resultOf(run, 'risk.blocked_share');
    expect(result.outcome).toBe(outcome);
    expect(result.evidence.baseline).toMatchObject({ isMissing: true });
    const say = (locale: Locale) => terminalText(runReportView(run, { locale, stored: true }));
    expect(say('en')).toContain('No baseline yet');
    expect(say('zh-CN')).toContain('尚无基线');
  });

  test('a baseline that holds enough is named as what was compared with', async () => {
    await share(8, 32);
    await share(8, 32, inBaseline);
    const run = await stage.run('verify', { only: ['risk.blocked_share'] });
    const text = terminalText(runReportView(run, { locale: 'en', stored: true }));
    expect(text).toContain('Compared with');
    expect(text).not.toContain('No baseline yet');
  });

  test('nineteen blocked of nineteen are too few for a No-Go', async () => {
    await share(19, 0);
    expect((await check('risk.blocked_share')).outcome).toBe('INCONCLUSIVE');
  });
});

describe('risk.correspondence', () => {
  const pair = async (at: Date, decision: Partial<DecisionRow> | undefined, orderId: string) => {
    const intentId = randomUUID();
    if (decision !== undefined) await decide(1, { at, intentId, ...decision });
    await insertOrder(stage.database.pool, { at, intentId, orderId });
  };

  test('59 orders with 23 decisions are named by order id', async () => {
    for (let order = 0; order < 23; order += 1)
      await insertDecidedOrder(stage.database.pool, { at: secondsAgo(120) });
    for (let order = 0; order < 36; order += 1) await pair(secondsAgo(120), undefined, `ord-${order}`);
    const result = await check('risk.correspondence');
    expect(result.outcome).toBe('FAIL');
    expect(result.says[0]?.en).toMatch(/^36 orders older than a minute have no risk decision .*ord-\d/);
  });

  test.each([
    ['its own, made before', {}, 'PASS'],
    ['adjusted', { decision: 'ADJUSTED' as const }, 'PASS'],
    ['made four minutes before', { at: secondsAgo(360) }, 'PASS'],
    ['from six minutes before', { at: secondsAgo(480) }, 'FAIL'],
    ['days old', { at: secondsAgo(5 * 86_400) }, 'FAIL'],
    ['BLOCKED', { decision: 'BLOCKED' as const }, 'FAIL'],
    ['made after the order', { at: secondsAgo(119) }, 'FAIL'],
    ['of another agent', { agentId: 'crypto_momentum' }, 'FAIL'],
  ])('a decision that is %s', async (_what, decision, outcome) => {
    await pair(secondsAgo(120), decision, 'ord-7');
    const result = await check('risk.correspondence');
    expect(result.outcome).toBe(outcome);
    if (outcome === 'FAIL') expect(result.says[0]?.en).toContain('ord-7');
  });

  test.each(['-infinity', 'infinity'])('a decision at %s is no decision of the order', async (at) => {
    await pair(secondsAgo(120), {}, 'ord-7');
    await stage.database.pool.query('UPDATE risk_gate_decisions SET decided_at = $1', [at]);
    expect((await check('risk.correspondence')).outcome).toBe('FAIL');
  });

  test('a row that is late has a minute', async () => {
    await pair(secondsAgo(59), undefined, 'ord-7');
    expect((await check('risk.correspondence')).outcome).toBe('INCONCLUSIVE');
    await pair(secondsAgo(61), undefined, 'ord-8');
    const result = await check('risk.correspondence');
    expect(result.outcome).toBe('FAIL');
    expect(result.says.map(({ en }) => en)).toContainEqual(expect.stringContaining('ord-8'));
  });
});

import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Host } from '../../src/hosts/host.js';
import { createTradingDatabase, type TradingDatabase } from '../../src/trading/trading-database.js';
import { checkSentence } from '../../views/check-sentence.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { aCheck } from '../support/runs.js';
import { createFileStage, entry, type FileStage } from './support/file-stage.js';

let database: TestDatabase;
let trading: TradingDatabase;
let stage: FileStage;
beforeAll(async () => {
  database = await createEmptyDatabase();
  trading = createTradingDatabase({ url: database.url, logger: { warn: () => {} } });
});
afterAll(async () => {
  await trading.close();
  await database.drop();
});
beforeEach(async () => {
  stage = await createFileStage();
  await stage.place('own.env', 'TOY__NAME=right\n');
  await stage.place(
    'service/status',
    'ActiveState=active\nMainPID=42\nNRestarts=0\nActiveEnterTimestamp=@1772366000\n',
  );
});
afterEach(() => stage.remove());

/** The same host with some of its methods replaced. */
const replacing = (host: Host, methods: Partial<Host>): Host =>
  new Proxy(host, { get: (target, key) => Reflect.get(key in methods ? methods : target, key) });

const service = (name: string) => ({
  manager: 'command',
  status: ['sh', '-c', `cat ${stage.folder}/service/status # ${name}`],
  environ: ['true'],
  logs: ['true'],
  restart: ['true'],
  stop: ['true'],
});
const twoHosts = () => ({ hosts: ['one', 'two'].map((name) => ({ name, service: service(name) })) });

test('a host that is silent hides nothing that the others show', async () => {
  const never = () => new Promise<never>(() => undefined);
  const { 'env.name': result } = await stage.run({
    target: twoHosts(),
    checks: entry(
      'env.name',
      'env: NAME',
      'pass: rows.all(r, r.value == "right")',
      'fail: rows.exists(r, r.value != "right")',
      'timeoutMs: 4000',
    ),
    wrapHost: (host) => (host.name === 'two' ? replacing(host, { readFile: never }) : host),
  });
  expect(result).toMatchObject({
    outcome: 'ERROR',
    reason: { code: 'host_error', facts: { host: 'two', code: 'timeout' } },
    observed: [{ host: 'one', value: 'right' }],
  });
});

test('a host that is slow to say since when it runs takes no time from a statement, and its start counts', async () => {
  const { 'feed.window': result } = await stage.run({
    trading,
    target: twoHosts(),
    checks: entry(
      'feed.window',
      'sql: SELECT 1 AS n WHERE ${windowFrom}::timestamptz < ${windowTo}::timestamptz',
      'pass: rows.all(r, r.n == 1)',
      'fail: rows.exists(r, r.n != 1)',
      'timeoutMs: 900',
    ),
    wrapHost(host) {
      const { service: own } = host;
      // As on a machine that is busy: longer than any check has, and within what the run gives a host.
      const status = async (...asked: Parameters<typeof own.status>) => {
        if (host.name === 'two') await setTimeout(2_700);
        return own.status(...asked);
      };
      const slow = new Proxy(own, {
        get: (target, key) => (key === 'status' ? status : Reflect.get(target, key)),
      });
      return replacing(host, { service: slow });
    },
  });
  expect(result).toMatchObject({ outcome: 'PASS', reason: { code: 'conditions_hold' } });
  expect(result?.evidence.window?.hostsWithoutStart).toBeUndefined();
});

test('what was found to be wrong is said before what could not be seen besides', () => {
  const silent = { code: 'host_error', facts: { host: 'two', code: 'timeout', detail: '' } } as const;
  const says = [{ en: 'one: the weights are wrong.', 'zh-CN': 'one：权重错误。' }];
  const failed = aCheck('c', { outcome: 'FAIL', reason: { code: 'failure_holds' }, besides: [silent], says });
  expect(checkSentence(failed, 'en')).toBe('one: the weights are wrong. two: no answer in time.');
  expect(checkSentence(failed, 'zh-CN')).toMatch(/^one：权重错误。/);
});

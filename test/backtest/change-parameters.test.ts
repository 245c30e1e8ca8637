import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { changeParameters, readParameter } from '../../src/backtest/change-parameters.js';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { unifiedDiff } from '../../src/domain/unified-diff.js';
import { loadRunbook, parseRunbook } from '../../src/runbook/load-runbook.js';

const FILE = 'runbooks/crypto_lob_ml/runbook.yaml';

test('only the lines of the changed parameters change, comments and all else stand', async () => {
  const text = await readFile(FILE, 'utf8');
  const set = {
    lagFailSecs: 30,
    rows5mPass: 100,
    symbols: ['BTCUSDT', 'ETHUSDT'],
    entrySignal: 'other_entry',
  };
  const changed = changeParameters(text, set);
  const diff = unifiedDiff(text, changed, FILE)
    .split('\n')
    .filter((line) => /^[-+] /.test(line));
  expect(diff).toEqual([
    '-  symbols: [BTCUSDT, ETHUSDT, SOLUSDT, XRPUSDT] # 2.2-A: market data',
    '+  symbols: [BTCUSDT, ETHUSDT] # 2.2-A: market data',
    '-  lagFailSecs: 60',
    '-  rows5mPass: 240 # the collector writes one to ten rows a second and symbol: 300 to 3,000 in five minutes',
    '+  lagFailSecs: 30',
    '+  rows5mPass: 100 # the collector writes one to ten rows a second and symbol: 300 to 3,000 in five minutes',
    '-  entrySignal: *entry # 4: what the orders and the risk gate say after a deploy',
    '+  entrySignal: other_entry # 4: what the orders and the risk gate say after a deploy',
  ]);
  const { params } = await parseRunbook(FILE, Buffer.from(changed), PROBE_KINDS);
  expect(params).toEqual({ ...(await loadRunbook(FILE, PROBE_KINDS)).params, ...set });
});

test('a text that YAML would read as something else is quoted', () => {
  const text = "params: { word: onnx, other: 'x' } # why\n";
  const changed = changeParameters(text, { word: 'true', other: 'a: b' });
  expect(parse(changed)).toEqual({ params: { word: 'true', other: 'a: b' } });
  expect(changed).toMatch(/# why\n$/);
});

test('what is typed becomes a value of the parameter’s own kind, or is refused with what is known', async () => {
  const { params } = await loadRunbook(FILE, PROBE_KINDS);
  const read = (pair: string) => readParameter(pair, params).value;
  expect([read('lagFailSecs=30'), read('symbols=BTCUSDT, ETHUSDT'), read('modelType=torch')]).toEqual([
    30,
    ['BTCUSDT', 'ETHUSDT'],
    'torch',
  ]);
  expect(() => read('lagFailSecs')).toThrow(expect.objectContaining({ code: 'not_a_pair' }));
  expect(() => read('lagFailSec=30')).toThrow(
    expect.objectContaining({
      code: 'unknown_parameter',
      facts: { name: 'lagFailSec', nearest: 'lagFailSecs' },
    }),
  );
  expect(() => read('lagFailSecs=soon')).toThrow(expect.objectContaining({ code: 'parameter_kind' }));
  expect(() => read('constructor=1')).toThrow(expect.objectContaining({ code: 'unknown_parameter' }));
});

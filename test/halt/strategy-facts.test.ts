import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseStrategyFacts } from '../../src/halt/strategy-facts.js';
import { enableFlag } from '../../src/runbook/strategy-contract.js';
import { inWordsAtOnce } from '../support/in-words.js';

const runbook = join(import.meta.dirname, '../../runbooks/crypto_lob_ml/runbook.yaml');

test.each([
  ['as it ships', (text: string) => text],
  [
    'with faults elsewhere',
    (text: string) => text.replaceAll('pass:', 'pas:').replaceAll('SELECT', 'SELEKT'),
  ],
  ['that is no YAML', (text: string) => `${text}\n  - : {{ broken\n\t\tx`],
])('the flag is known from a runbook %s', async (_how, spoil) => {
  const facts = parseStrategyFacts('runbook.yaml', spoil(await readFile(runbook, 'utf8')));
  expect(enableFlag(facts)).toBe('PLOY_CRYPTO_LOB_ML__ENABLED');
  expect(facts).toMatchObject({
    strategy: 'crypto_lob_ml',
    agentId: 'crypto_lob_ml',
    flag: { off: 'false' },
  });
  expect(facts.orders).toMatchObject({ entry: ['crypto_lob_ml_entry'], exit: ['crypto_lob_ml_exit'] });
});

test('a runbook without the prefix is refused with what to do', () => {
  expect(() => inWordsAtOnce(() => parseStrategyFacts('runbook.yaml', 'strategy: x'))).toThrow(
    'enable flag’s name is unknown',
  );
});

test('a runbook without the flag is refused with what to do', () => {
  expect(() => inWordsAtOnce(() => parseStrategyFacts('runbook.yaml', 'envPrefix: X__'))).toThrow(
    '`flag` is missing',
  );
});

test.each([
  ['a word that is no text', 'entry: { a: b }'],
  ['a table that is no name', 'table: "a b"'],
])('orders with %s leave the flag known', (_how, line) => {
  const text = `envPrefix: X__\nflag: { variable: RUN, on: go, off: halt }\norders:\n  ${line}\n`;
  const facts = parseStrategyFacts('runbook.yaml', text);
  expect([enableFlag(facts), facts.flag.off, facts.orders]).toEqual(['X__RUN', 'halt', undefined]);
});

const haltOf = (closeOnly: string) =>
  parseStrategyFacts(
    'runbook.yaml',
    `envPrefix: X__\nflag: { variable: RUN }\nhalt: { lookBackHours: 3, closeOnly: ${closeOnly} }\n`,
  ).halt;

test.each([
  ['of the strategy', '{ X__EXITS: true, X__N: 3 }', { X__EXITS: 'true', X__N: '3' }],
  ['of the system', '{ QUIET: "on" }', undefined],
  ['that would turn the strategy on', '{ X__RUN: true }', undefined],
  ['that nobody reads', '{ EXITS: true }', undefined],
  ['of no such shape', '[X__EXITS]', undefined],
  ['without any', '{}', undefined],
])('values that end entries alone, %s, leave the rest known', (_how, closeOnly, offered) => {
  const halt = haltOf(closeOnly);
  expect(halt.closeOnly).toEqual(offered);
  expect(halt.lookBackHours).toBe(3);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { enableFlag, parseStrategyFacts } from '../../src/halt/strategy-facts.js';

const runbook = join(import.meta.dirname, '../../runbooks/crypto_lob_ml.yaml');

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
  expect(facts).toMatchObject({ strategy: 'crypto_lob_ml', agentId: 'crypto_lob_ml' });
});

test('a runbook without the prefix is refused with what to do', () => {
  expect(() => parseStrategyFacts('runbook.yaml', 'strategy: x')).toThrow('enable flag’s name is unknown');
});

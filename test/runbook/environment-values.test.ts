import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { createConditionCompiler } from '../../src/runbook/conditions.js';
import type { ConfigurationError } from '../../src/runbook/configuration-fault.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { compileMessage } from '../../src/runbook/message-template.js';
import { faultInWords } from '../support/in-words.js';

let shipped: string;
beforeAll(async () => {
  shipped = await readFile('runbooks/crypto_lob_ml/runbook.yaml', 'utf8');
});

async function faultsOf(
  change: (text: string) => string,
): Promise<readonly ReturnType<typeof faultInWords>[]> {
  const changed = change(shipped);
  if (changed === shipped) throw new Error('the change found nothing to change');
  try {
    await parseRunbook('runbooks/crypto_lob_ml/runbook.yaml', Buffer.from(changed), PROBE_KINDS);
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults.map(faultInWords);
  }
}

describe('env.NAME', () => {
  const compiler = createConditionCompiler(
    {},
    { MODEL_VERSION: { type: 'text' }, WEIGHT: { type: 'number' }, ENABLED: { type: 'boolean' } },
  );

  test('reads the effective values, each of its type', () => {
    const env = { MODEL_VERSION: 'v2', WEIGHT: 0.1, ENABLED: true };
    const holds = (source: string) => compiler.compile(source).holds([{ version: 'v2' }], env);
    expect(holds('rows.all(r, r.version == env.MODEL_VERSION)')).toBe(true);
    expect(holds('near(1 - env.WEIGHT, 0.9, 0.001) && env.ENABLED')).toBe(true);
  });

  test('is checked when the condition is compiled', () => {
    expect(() => compiler.compile('env.NO_SUCH == "x"')).toThrow(
      expect.objectContaining({
        fault: { code: 'library_says', facts: { text: expect.stringContaining('No such key: NO_SUCH') } },
      }),
    );
    expect(() => compiler.compile('env.MODEL_VERSION == 3.0')).toThrow();
  });

  test('stands in sentences too', () => {
    const { render } = compileMessage('{version}, expected {env.MODEL_VERSION}', {});
    expect(render({ version: 'v1' }, { MODEL_VERSION: 'v2' })).toBe('v1, expected v2');
    expect(render({ version: 'v1' })).toBe('v1, expected —');
  });

  test('a test that cannot be done is an error of the condition, not an outcome', () => {
    const condition = compiler.compile('twoProportionP(1.0, 0.0, 1.0, 5.0) < 0.01');
    expect(() => condition.holds([])).toThrow(/cannot be tested/);
  });
});

describe('the shipped runbook', () => {
  test('names the variable that a text reads and that does not exist, with its line', async () => {
    const [fault] = await faultsOf((text) => text.replace('`{env.MODEL_VERSION}`', '`{env.MODEL_VERSON}`'));
    expect(fault?.message).toContain('no variable `MODEL_VERSON`');
    expect(fault?.line).toBeGreaterThan(100);
  });

  test('refuses a proof of start without a word on how a start shows in the log', async () => {
    const faults = await faultsOf((text) => text.replace(/^startLog:\n( .*\n)+/m, ''));
    expect(faults.map(({ message }) => message)).toContainEqual(expect.stringContaining('needs `startLog`'));
  });

  test('refuses an error line that is no regular expression', async () => {
    const faults = await faultsOf((text) => text.replace('panicked at]', '"panicked ("]'));
    expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining('startLog.errorLines.')]);
  });
});

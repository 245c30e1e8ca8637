import { describe, expect, test } from '@jest/globals';
import { PROBE_KINDS } from '../../src/checks/probe-kinds.js';
import { parseRunbook } from '../../src/runbook/load-runbook.js';
import { sentenceOf } from '../support/in-words.js';
import { RUNBOOK } from '../training/train-values.js';
import { notInChinese } from './in-chinese.js';

const load = (text: string) => parseRunbook('runbook.yaml', Buffer.from(text), PROBE_KINDS);
const withKeys = (keys: string) => RUNBOOK.replace('  horizons:', `${keys}\n  horizons:`);

describe('training of the runbook', () => {
  test('has its bounds and its gate without being told', async () => {
    const { training } = await load(RUNBOOK);
    expect(training).toMatchObject({
      lookbackHours: 336,
      timeLimitMinutes: 120,
      memoryLimitMib: 8192,
      modelName: 'model_{horizon}_{date}',
      environment: {},
      checks: [],
      gate: { id: 'model.file' },
    });
  });

  test.each([
    ['a line for a shell', RUNBOOK.replace(/command: .*/, 'command: train {horizon}'), 'training.command'],
    ['an unknown placeholder', RUNBOOK.replace("'{meta}'", "'{meta}', '{shell}'"), 'there is no `{shell}`'],
    ['a command that writes no meta.json', RUNBOOK.replace(", '{meta}'", ''), 'does not use `{meta}`'],
    ['an unknown check', withKeys('  checks: [data.none]'), 'there is no check `data.none`'],
    ['a pattern that is none', withKeys("  progress: ['(']"), 'training.progress.0'],
    ['a pattern that looks around', withKeys("  progress: ['(?<!a)b']"), 'linear time'],
    ['a name that leads elsewhere', withKeys('  modelName: ../{horizon}'), 'training.modelName'],
    ['a default above its bound', withKeys('  lookbackHours: 9999'), 'more than `maxLookbackHours`'],
    ['a place that is no name', withKeys('  runsOn: ../live-1'), 'training.runsOn'],
    ['no gate', RUNBOOK.replace('model: MODEL_PATH', 'env: MODEL_PATH'), 'needs a check with `model`'],
  ])('is refused with %s', async (_name, text, message) => {
    const refused: unknown = await load(text).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(sentenceOf(refused)?.en).toContain(message);
    expect(notInChinese(refused)).toEqual([]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { parseDeployWords } from '../../commands/deploy-words.js';
import { chartOf } from '../../src/checks/read-charts.js';
import { wantedOn } from '../../src/domain/halt.js';
import { ownValue } from '../../src/domain/own-value.js';
import { compileMessage } from '../../src/runbook/message-template.js';
import { fillCommand, trainerVariables } from '../../src/training/trainer-command.js';
import { sentenceOf } from '../support/in-words.js';

/** Words that every object of JavaScript answers to, though nobody wrote them. */
describe.each(['toString', 'constructor', 'valueOf', '__proto__', 'hasOwnProperty'])(
  'the word %s',
  (word) => {
    test('is found where it was written, and nowhere else', () => {
      expect(ownValue({}, word)).toBeUndefined();
      expect(ownValue(JSON.parse(`{ "${word}": 1 }`), word)).toBe(1);
    });

    test('as a column of a text that the row does not have', () => {
      expect(compileMessage(`{${word}}`, {}).render({ x: 1 })).toBe('—');
      expect(compileMessage(`{env.${word}}`, {}).render({ x: 1 }, {})).toBe('—');
    });

    test.each([`{params.${word}}`, `{x:${word.replaceAll('_', '').toLowerCase()}}`])(
      'is refused in the text %s',
      (text) => {
        let refused: unknown;
        try {
          compileMessage(text, {});
        } catch (error) {
          refused = error;
        }
        expect(sentenceOf(refused)?.en).toMatch(/does not exist|known are/);
      },
    );

    test('as the name of a series', () => {
      const rows = ['a', 'b'].map((label) => ({ label, series: word, value: 1 }));
      const definition = {
        id: 'lag',
        title: { en: 'Lag', 'zh-CN': '延迟' },
        type: 'line' as const,
        xLabel: { en: 'x', 'zh-CN': 'x' },
        yLabel: { en: 'y', 'zh-CN': 'y' },
        seriesTitles: {},
        timeoutMs: 1,
      };
      const figures = chartOf(definition as unknown as Parameters<typeof chartOf>[0], rows);
      expect(figures?.series).toEqual([{ name: word, values: [1, 1] }]);
    });

    test('as a placeholder or a variable of a trainer', () => {
      const values = { horizon: '5m', lookbackHours: '1', output: '/o', meta: '/m', name: 'n' };
      expect(fillCommand([`{${word}}`, '{horizon}'], values)).toEqual([`{${word}}`, '5m']);
      expect(trainerVariables({ environment: { A: word } }, { B: '1' })).toEqual({});
    });

    test('as the name of a host that a halt wants like the others', () => {
      expect(wantedOn({ wanted: { FLAG: 'false' }, wantedOf: {} } as never, word)).toEqual({ FLAG: 'false' });
    });

    test('as a variable that a person sets', () => {
      const { wish } = parseDeployWords(['--set', `${word}=1`]);
      expect(Object.entries(wish.settings)).toEqual([[word, '1']]);
    });
  },
);

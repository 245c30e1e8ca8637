import { describe, expect, test } from '@jest/globals';
import { readVariable, type VariableDefinition } from '../../src/domain/variable.js';

const flag: VariableDefinition = { type: 'boolean', default: 'false' };
const mode: VariableDefinition = {
  type: 'enum',
  values: { ev_exit: ['ev'], settle_only: ['settle'] },
  default: 'ev_exit',
};
const weight: VariableDefinition = { type: 'number', min: 0, max: 1 };
const seconds: VariableDefinition = { type: 'integer', min: 0, max: 300 };

const value = (of: string | number | boolean) => ({ kind: 'value', value: of, isDefault: false });
const fault = (of: string) => expect.objectContaining({ kind: 'fault', fault: of });

describe('booleans as the strategy reads them', () => {
  test('a word that the strategy reads exactly is not the same in capitals', () => {
    const exact = { type: 'enum', values: { onnx: [] }, exact: true } as const;
    expect(readVariable(exact, 'onnx')).toEqual(value('onnx'));
    expect(readVariable(exact, 'ONNX')).toMatchObject({
      kind: 'fault',
      fault: 'not_one_of',
      nearest: 'onnx',
    });
  });

  test.each(['1', 'true', 'YES', ' on ', 'True'])('%j is true', (raw) => {
    expect(readVariable(flag, raw)).toEqual(value(true));
  });
  test.each(['0', 'false', 'No', 'OFF'])('%j is false', (raw) => {
    expect(readVariable(flag, raw)).toEqual(value(false));
  });
  test.each([
    ['flase', 'false'],
    ['ture', 'true'],
    ['tru', 'true'],
  ])('%j is none, and was probably %s', (raw, nearest) => {
    expect(readVariable(flag, raw)).toMatchObject({ kind: 'fault', fault: 'not_a_boolean', nearest });
  });
  test.each(['enabled', '2', 'y', 'true;'])('%j is none', (raw) => {
    expect(readVariable(flag, raw)).toEqual(fault('not_a_boolean'));
  });
});

describe('words', () => {
  test.each([
    ['ev_exit', 'ev_exit'],
    ['EV', 'ev_exit'],
    [' Settle ', 'settle_only'],
  ])('%j is %s', (raw, word) => {
    expect(readVariable(mode, raw)).toEqual(value(word));
  });
  test('a typo is a fault with the nearest word and all of them', () => {
    expect(readVariable(mode, 'ev_exti')).toEqual({
      kind: 'fault',
      fault: 'not_one_of',
      nearest: 'ev_exit',
      expected: 'ev_exit, settle_only',
    });
  });
  test('what is near to nothing has no nearest word', () => {
    expect(readVariable(mode, 'something else')).not.toHaveProperty('nearest');
  });
});

describe('words that the runbook writes with capitals', () => {
  const side: VariableDefinition = { type: 'enum', values: { LaggingOnly: ['LAGGING'], Best: [] } };
  test.each([
    ['LaggingOnly', 'LaggingOnly'],
    ['laggingonly', 'LaggingOnly'],
    ['lagging', 'LaggingOnly'],
    ['BEST', 'Best'],
  ])('%j is %s', (raw, word) => {
    expect(readVariable(side, raw)).toEqual(value(word));
  });
  test('a typo has its nearest word, as it is written', () => {
    expect(readVariable(side, 'lagingonly')).toMatchObject({ fault: 'not_one_of', nearest: 'LaggingOnly' });
    expect(readVariable({ ...side, exact: true }, 'laggingonly')).toMatchObject({ nearest: 'LaggingOnly' });
  });
});

describe('numbers', () => {
  test.each([
    ['0.10', 0.1],
    ['.5', 0.5],
    ['1', 1],
    ['+0.25', 0.25],
    ['0', 0],
    ['1.', 1],
  ])('%j is %d', (raw, number) => {
    expect(readVariable(weight, raw)).toEqual(value(number));
  });
  test.each([
    ['10%', 'not_a_number'],
    ['0,1', 'not_a_number'],
    ['1e-1', 'not_a_number'],
    ['NaN', 'not_a_number'],
    ['Infinity', 'not_a_number'],
    ['0x1', 'not_a_number'],
    ['1.0000001', 'out_of_range'],
    ['-0.1', 'out_of_range'],
  ])('%j is a fault: %s', (raw, code) => {
    expect(readVariable(weight, raw)).toMatchObject({ fault: code, expected: '0…1' });
  });
  test.each([
    ['120.5', 'not_whole'],
    ['120.0', 'not_whole'],
    ['301', 'out_of_range'],
    ['two', 'not_a_number'],
  ])('whole seconds: %j is a fault: %s', (raw, code) => {
    expect(readVariable(seconds, raw)).toEqual(fault(code));
  });
  test.each([' 0.02', '0.02 ', '\t1'])('%j is no number to a strategy that does not trim', (raw) => {
    expect(readVariable(weight, raw)).toEqual(fault('not_a_number'));
    expect(readVariable({ ...weight, trim: true }, raw)).toMatchObject({ kind: 'value' });
  });
  test.each([
    ['0.8', 0.49],
    ['-3', 0],
  ])('a bound that the strategy takes is in force: %j acts as %d', (raw, number) => {
    const clamped = { type: 'number', min: 0, max: 0.49, clamp: true } as const;
    expect(readVariable(clamped, raw)).toEqual({ ...value(number), outside: '0…0.49' });
    expect(readVariable(clamped, '0.49')).toEqual(value(0.49));
    expect(readVariable(clamped, 'much')).toEqual(fault('not_a_number'));
  });
  test('a whole number that no double holds is a fault, not its neighbour', () => {
    expect(readVariable({ type: 'integer' }, '9007199254740993')).toMatchObject({
      fault: 'out_of_range',
      expected: '≤ 9007199254740991',
    });
    expect(readVariable({ type: 'integer' }, '9007199254740991')).toEqual(value(9007199254740991));
  });
  test('a range may be open', () => {
    expect(readVariable({ type: 'number', min: 2 }, '1')).toMatchObject({ expected: '≥ 2' });
    expect(readVariable({ type: 'number', max: 2 }, '3')).toMatchObject({ expected: '≤ 2' });
  });
});

describe('what is not set', () => {
  test('takes the default, and says so', () => {
    expect(readVariable(flag, undefined)).toEqual({ kind: 'value', value: false, isDefault: true });
    expect(readVariable(mode, undefined)).toEqual({ kind: 'value', value: 'ev_exit', isDefault: true });
  });
  test('is a fault without a default', () => {
    expect(readVariable({ type: 'text' }, undefined)).toEqual({ kind: 'fault', fault: 'not_set' });
  });
  test.each(['', '  '])('set to %j is set to nothing, whatever the default', (raw) => {
    expect(readVariable(flag, raw)).toEqual({ kind: 'fault', fault: 'empty' });
  });
});

test('a text is trimmed unless told otherwise', () => {
  expect(readVariable({ type: 'text' }, ' v2 ')).toEqual(value('v2'));
  expect(readVariable({ type: 'text', trim: false }, ' v2 ')).toEqual(value(' v2 '));
});

test('a path is absolute', () => {
  expect(readVariable({ type: 'path' }, '/opt/a.onnx')).toEqual(value('/opt/a.onnx'));
  expect(readVariable({ type: 'path' }, 'a.onnx')).toEqual({ kind: 'fault', fault: 'not_absolute' });
});

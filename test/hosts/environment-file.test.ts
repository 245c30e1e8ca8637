import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeEnvironmentBytes,
  effectiveEnvironment,
  parseByBothRules,
  parseEnvironmentFile,
} from '../../src/hosts/environment/environment-file.js';

const valuesOf = (text: string) =>
  parseEnvironmentFile(text).assignments.map(({ name, value }) => `${name}=${value}`);

describe('values', () => {
  test.each([
    ['A=1', ['A=1']],
    ['A=1\nB=2\n', ['A=1', 'B=2']],
    ['A=1\r\nB=2\r\n', ['A=1', 'B=2']],
    ['A=1\rB=2', ['A=1', 'B=2']],
    ['  A = 1 2 \t\nB=2', ['A=1 2', 'B=2']],
    ['A=', ['A=']],
    ['A=\n B=\n', ['A=', 'B=']],
    ['A=one=two', ['A=one=two']],
    ['A=a#b;c # d', ['A=a#b;c # d']],
    ['# A=1\n; B=2\n  # C=3\nD=4', ['D=4']],
    ['A=\'it \\ "$x" \'', ['A=it \\ "$x" ']],
    ['A="a \\"b\\" \\\\ \\$ \\` \\n"', ['A=a "b" \\ $ ` \\n']],
    ['A="one"  \'two\' three', ['A=onetwothree']],
    ['A="quoted" # not a comment', ['A=quoted# not a comment']],
    ['A=b"c"', ['A=b"c"']],
    ['A=one \\\n  two', ['A=one   two']],
    ['A="one \\\ntwo"', ['A=one two']],
    ['A="one\ntwo"', ['A=one\ntwo']],
    ['A=a\\ b\\\\c\\"d', ['A=a b\\c"d']],
    ['A=tail\\ ', ['A=tail ']],
    ['A=end\\', ['A=end']],
    ['A=a\\\r\nB=2', ['A=a', 'B=2']],
    ['A="日本 ü"', ['A=日本 ü']],
  ])('%j', (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });
});

describe('faults', () => {
  test.each([
    ['A=1\nnonsense\nB=2', 2, 'missing_equals', ['A=1', 'B=2']],
    ['last', 1, 'missing_equals', []],
    ['A=1\nexport B=2', 2, 'export_prefix', ['A=1']],
    ['1A=1', 1, 'invalid_name', []],
    ['A-B=1', 1, 'invalid_name', []],
    ['=1=2', 1, 'invalid_name', []],
    ['\ufeffA=1', 1, 'invalid_name', []],
    ['A=1\n\nA="a\u001bb"\nB=1', 3, 'control_character', ['A=1', 'A=a\u001bb', 'B=1']],
    ['A="a\\\r\nb"', 1, 'control_character', ['A=a\\\r\nb']],
    ['A=1\nB=\ufdd0', 2, 'not_utf8', []],
    ['A=1\nB="2\nC=3\n', 2, 'open_quote', ['A=1', 'B=2\nC=3\n']],
    ['# why \\\nA=1', 1, 'comment_ends_in_backslash', ['A=1']],
    ['A=1\nB=\0', 2, 'nul_byte', []],
  ])('%j', (text, line, fault, expected) => {
    expect(parseEnvironmentFile(text).faults).toEqual([{ line, fault }]);
    expect(valuesOf(text)).toEqual(expected);
  });

  test('a continued comment swallows the next line before systemd 254', () => {
    const text = '# why \\\nA=1\nB=2';
    expect(parseEnvironmentFile(text, { commentsContinue: true }).assignments).toEqual([
      { name: 'B', value: '2', line: 3 },
    ]);
  });

  test('by both rules is what either alone reads, in every text', () => {
    const piece = fc.constantFrom(
      '#',
      ';',
      '\\',
      '\n',
      '\r',
      '\r\n',
      '"',
      "'",
      '=',
      'A',
      'B',
      ' ',
      '1',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        expect(parseByBothRules(text)).toEqual([
          parseEnvironmentFile(text),
          parseEnvironmentFile(text, { commentsContinue: true }),
        ]);
      }),
      { numRuns: 2_000 },
    );
    expect(parseByBothRules('# why \\\nA=1')[1].assignments).toEqual([]);
    expect(parseByBothRules('# why \\\rA=1')[1].assignments).toEqual([]);
  });

  test('bytes that are not UTF-8 are not guessed at', () => {
    const bytes = Buffer.from([0x41, 0x3d, 0xff]);
    expect(decodeEnvironmentBytes(bytes)).toBeUndefined();
    expect(decodeEnvironmentBytes(Buffer.from('\ufeffA=ü'))).toBe('\ufeffA=ü');
  });
});

test('lines are counted as an editor shows them, also after continued and quoted lines', () => {
  const text = 'A=1\\\n2\nB="x\ny"\r\n\r\nC=3\n';
  expect(parseEnvironmentFile(text).assignments.map(({ name, line }) => [name, line])).toEqual([
    ['A', 1],
    ['B', 3],
    ['C', 6],
  ]);
});

test('the last layer that sets a variable holds, and every assignment of it is named', () => {
  const effective = effectiveEnvironment([
    { file: '/opt/ploy/.env', text: 'A=1\nB=base\nA=2\n' },
    { file: '/opt/ploy/env/live.env', text: '# live\nA=3\n' },
  ]);
  expect(effective.get('A')).toEqual({
    name: 'A',
    value: '3',
    file: '/opt/ploy/env/live.env',
    line: 2,
    sources: [
      { file: '/opt/ploy/.env', line: 1, value: '1' },
      { file: '/opt/ploy/.env', line: 3, value: '2' },
      { file: '/opt/ploy/env/live.env', line: 2, value: '3' },
    ],
  });
  expect(effective.get('B')).toMatchObject({ value: 'base', file: '/opt/ploy/.env', line: 2 });
});

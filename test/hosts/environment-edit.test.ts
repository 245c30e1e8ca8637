import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  EnvironmentEditError,
  editEnvironmentFile,
  quoteEnvironmentValue,
} from '../../src/hosts/environment/environment-edit.js';
import { parseEnvironmentFile } from '../../src/hosts/environment/environment-file.js';

const edit = (text: string, changes: Record<string, string | undefined>) =>
  editEnvironmentFile(text, new Map(Object.entries(changes)));

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error instanceof EnvironmentEditError ? error.code : error;
  }
};

describe('quoteEnvironmentValue', () => {
  test('leaves plain words alone and quotes the rest', () => {
    expect(quoteEnvironmentValue('/opt/ploy/models/a-1.onnx')).toBe('/opt/ploy/models/a-1.onnx');
    expect(quoteEnvironmentValue('')).toBe('');
    expect(quoteEnvironmentValue('a "b" $c')).toBe('"a \\"b\\" \\$c"');
  });

  test.each(['a\nb', 'a\rb', 'a\0b', 'a\u001bb', '\ud800'])('refuses %j', (value) => {
    expect(codeOf(() => quoteEnvironmentValue(value))).toBe('invalid_value');
  });

  test('systemd reads back what was quoted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        fc.pre(codeOf(() => quoteEnvironmentValue(value)) !== 'invalid_value');
        const { assignments, faults } = parseEnvironmentFile(`A=${quoteEnvironmentValue(value)}\nB=2\n`);
        expect(faults).toEqual([]);
        expect(assignments.map((assignment) => assignment.value)).toEqual([value, '2']);
      }),
    );
  });
});

describe('editEnvironmentFile', () => {
  test.each([
    ['in place', '# on\nA=1 \nB=2\n', { A: '3' }, '# on\nA=3\nB=2\n'],
    ['keeps indentation and CRLF', '  A=1\r\nB=2\r\n', { A: '3' }, '  A=3\r\nB=2\r\n'],
    ['keeps a missing line end', 'A=1\nB=2', { B: '3' }, 'A=1\nB=3'],
    ['continuation lines are replaced as a whole', 'A=1\\\n2\\\n3\nB=2\n', { A: 'x' }, 'A=x\nB=2\n'],
    ['a value over several lines', 'A="1\n2"\r\nB=2\n', { A: 'x' }, 'A=x\r\nB=2\n'],
    ['a backslash before CRLF', 'A=a\\\r\nB=2\r\n', { A: 'x' }, 'A=x\r\nB=2\r\n'],
    ['the last of several', 'A=1\nB=2\nA=3\n', { A: '4' }, 'A=1\nB=2\nA=4\n'],
    ['all of several are taken out', 'A=1\n  B=2\nA=3', { A: undefined, B: undefined }, ''],
    ['adds at the end', 'A=1\r\n', { B: 'x y', C: '1' }, 'A=1\r\nB="x y"\r\nC=1\r\n'],
    ['adds without a line end where there was none', 'A=1', { B: '2' }, 'A=1\nB=2'],
    ['adds to nothing', '', { B: '2' }, 'B=2\n'],
    ['adds behind a backslash', 'A=1\\', { B: '2' }, 'A=1\\\n\nB=2'],
    ['adds behind a continued comment', '# x \\\n', { B: '2' }, '# x \\\n\nB=2\n'],
    ['keeps what nobody understands', 'junk\nexport A=1\n', { A: '2' }, 'junk\nexport A=1\nA=2\n'],
    ['replaces a value with a control character', 'A=1\nA="\u001b"\n', { A: '2' }, 'A=1\nA=2\n'],
    ['nothing to do', 'A=1\n', { B: undefined }, 'A=1\n'],
  ])('%s', (_, text, changes, expected) => {
    expect(edit(text, changes)).toBe(expected);
  });

  test.each([
    ['an open quote of the same variable', 'A="1\nB=2\n', { A: '3' }, 'open_quote'],
    ['adding behind an open quote', 'A="1\nB=2\n', { C: '3' }, 'unsafe_file'],
    ['a line that older systemd takes for a comment', '# x \\\nA=1\n', { A: '2' }, 'unsafe_file'],
    ['a NUL', 'A=\0', { A: '2' }, 'unreadable_file'],
    ['a bad name', 'A=1', { 'B C': '2' }, 'invalid_name'],
    ['a line break', 'A=1', { A: '1\nB=2' }, 'invalid_value'],
  ])('refuses %s', (_, text, changes, code) => {
    expect(codeOf(() => edit(text, changes))).toBe(code);
  });

  test('a variable before an open quote can still be changed', () => {
    expect(edit('A=1\nB="2\nC=3\n', { A: '0' })).toBe('A=0\nB="2\nC=3\n');
  });
});

const NAMES = ['A', 'B', 'ENABLED', 'MODEL_PATH'];
const fragment = fc.oneof(
  fc.constantFrom(
    '\n',
    '\r\n',
    '\r',
    '\\',
    '\\\n',
    '"',
    "'",
    '#',
    ';',
    '=',
    ' ',
    '\t',
    'export ',
    '\\\r\n',
    'ü',
  ),
  fc.constantFrom(...NAMES.map((name) => `\n${name}=`)),
  fc.constantFrom('1', 'true', 'a b', '"x y"', "'z'", 'junk', '# note\n', '"one\ntwo"\n'),
);
const randomFile = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(''));
const randomChanges = fc
  .dictionary(
    fc.constantFrom(...NAMES, 'NEW'),
    fc.option(fc.stringMatching(/^[ -~ü]{0,12}$/), { nil: undefined }),
    { maxKeys: 3, noNullPrototype: true },
  )
  .map((record) => new Map(Object.entries(record)));

const effective = (text: string) =>
  new Map(parseEnvironmentFile(text).assignments.map(({ name, value }) => [name, value]));

/** A file made of parts whose owner is known, so that the expected text needs no parser. */
const part = fc.oneof(
  fc
    .constantFrom('# note', '  ; note "', '', 'junk', 'export A=1', '# a=b')
    .map((body) => ({ owner: '', body })),
  fc
    .tuple(
      fc.constantFrom(...NAMES),
      fc.constantFrom(
        '1',
        '',
        ' spaced out ',
        '"x y" \'z\'',
        'one \\\n two',
        '"a\nb"',
        "'# no comment'",
        '"\u0001"',
      ),
    )
    .map(([owner, value]) => ({ owner, body: `${owner}=${value}` })),
);
const wellFormedFile = fc.array(
  fc.tuple(part, fc.constantFrom('', ' ', '\t'), fc.constantFrom('\n', '\r\n')),
  {
    maxLength: 12,
  },
);

describe('random files', () => {
  test('the edited file has exactly the changes', () => {
    let edited = 0;
    fc.assert(
      fc.property(randomFile, randomChanges, (text, changes) => {
        const result = codeOf(() => editEnvironmentFile(text, changes));
        if (result === 'unsafe_file' || result === 'open_quote') return;
        edited++;
        const expected = effective(text);
        for (const [name, value] of changes) {
          if (value === undefined) expected.delete(name);
          else expected.set(name, value);
        }
        expect(effective(String(result))).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
    expect(edited).toBeGreaterThan(1500);
  });

  test('only the lines of the named variables differ, byte for byte', () => {
    fc.assert(
      fc.property(wellFormedFile, fc.constantFrom(...NAMES), fc.boolean(), (parts, name, remove) => {
        const last = parts.findLastIndex(([{ owner }]) => owner === name);
        fc.pre(last !== -1);
        const texts = parts.map(([{ owner, body }, indent, lineEnd], index) => {
          if (owner !== name) return indent + body + lineEnd;
          if (remove) return '';
          return indent + (index === last ? `${name}=new` : body) + lineEnd;
        });
        const before = parts.map(([{ body }, indent, lineEnd]) => indent + body + lineEnd).join('');
        expect(edit(before, { [name]: remove ? undefined : 'new' })).toBe(texts.join(''));
      }),
      { numRuns: 2000 },
    );
  });

  test('a new variable is put behind the file as it was', () => {
    fc.assert(
      fc.property(randomFile, (text) => {
        const result = codeOf(() => editEnvironmentFile(text, new Map([['ADDED', '1']])));
        if (result === 'unsafe_file' || result === 'open_quote') return;
        expect(String(result).startsWith(text)).toBe(true);
        expect(String(result).slice(text.length).trim()).toBe('ADDED=1');
      }),
      { numRuns: 1000 },
    );
  });

  test('no change is no difference', () => {
    fc.assert(fc.property(randomFile, (text) => expect(editEnvironmentFile(text, new Map())).toBe(text)));
  });
});

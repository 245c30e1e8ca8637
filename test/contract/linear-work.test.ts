import { describe, expect, test } from '@jest/globals';
import { logPageOf } from '../../src/domain/log-page.js';
import { plainText } from '../../src/domain/plain-text.js';
import { redact } from '../../src/domain/secrets.js';
import { shownInProcess } from '../../src/hosts/environment/concealed-value.js';
import { editEnvironmentFile } from '../../src/hosts/environment/environment-edit.js';
import { parseEnvironmentFile } from '../../src/hosts/environment/environment-file.js';
import { withoutMentions } from '../../src/slack/dispatch.js';
import { sentenceAsText, sentenceForSlack } from '../../views/moments.js';
import { withoutMarkup } from '../../views/terminal.js';

/**
 * What other people's bytes go through costs time that grows with their length: of a megabyte of the worst, each of
 * these makes some milliseconds. Where work grows with the square it takes from minutes to days, and this file never ends.
 */
const LENGTH = 1_000_000;

const filled = (unit: string, length = LENGTH): string => unit.repeat(Math.ceil(length / unit.length));

/** What a search begins with, or goes on over, in one pattern or another. */
const UNITS = [
  ...[
    '_',
    'a',
    'A',
    '0',
    'f',
    '-',
    '.',
    ' ',
    '\t',
    '\n',
    '\r',
    '"',
    '\\',
    "'",
    '{',
    '[',
    '(',
    '<',
    '>',
    '⟨',
    '*',
  ],
  ...[':', '=', '/', '@', '&', 'x', '😀', '\u001b', '\u001b[', '\u001b]', '\u009b'],
  ...[
    'token',
    'token ',
    'token_',
    'token.',
    'token=',
    'token:"',
    'token\\"',
    '"token',
    'pass_',
    '--a ',
    '--token ',
  ],
  ...['abc ', 'Bearer ', 'eyJ', 'eyJa.', 'xoxb-', '0x', 'sk-', '://', 'https://a:', '/webhook/'],
  ...[
    '-----BEGIN PRIVATE KEY-----',
    '<a',
    '<@',
    '<!date^',
    '<a|',
    ' *a',
    ' _(',
    '⟨2',
    'A_1',
    'a = ',
    'error',
  ],
];

describe.each([
  ['redact', (text: string) => redact(text, 'host')],
  ['plainText', plainText],
  ['withoutMarkup', withoutMarkup],
  ['sentenceForSlack', sentenceForSlack],
  ['sentenceAsText', sentenceAsText],
  ['withoutMentions', withoutMentions],
  ['shownInProcess', (text: string) => shownInProcess(text)],
])('%s', (_name, work) => {
  test.each(UNITS)('of a megabyte of %j', (unit) => {
    expect(work(filled(unit))).not.toBeUndefined();
  });
});

test.each([10, 1_000, 16_000])('pages of a trainer’s log in lines of %d underscores', (length) => {
  const log = filled(`${'_'.repeat(length)}\n`, 1_600_000);
  expect(logPageOf(log, 0).pages).toBeGreaterThan(500);
});

describe('an environment file', () => {
  test.each(UNITS)('with a value of %j', (unit) => {
    const text = `A=1\\\n${filled(unit.replaceAll('\n', ' '))}\n`;
    expect(parseEnvironmentFile(text)).toBeDefined();
  });

  test('with blanks before and after a name', () => {
    const blanks = filled(' ');
    expect(parseEnvironmentFile(`A${blanks}B=1\n`).assignments).toEqual([]);
    expect(parseEnvironmentFile(`A${blanks}=1\n`).assignments).toMatchObject([{ name: 'A' }]);
    expect(editEnvironmentFile(`# a${blanks}b\n${blanks}A=1\nB=2\n`, new Map([['A', undefined]]))).toBe(
      `# a${blanks}b\nB=2\n`,
    );
  });
});

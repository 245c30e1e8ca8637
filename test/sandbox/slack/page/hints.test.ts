import { expect, test } from '@jest/globals';
import { matchingHints } from '../../../../sandbox/slack/page/hints.js';

const commands = [
  {
    command: '/lobml',
    description: 'Release captain',
    usageHint: '[help]',
    hints: [
      { text: 'precheck', description: 'Before a release' },
      { text: 'precheck live', description: 'of live' },
      { text: 'help', description: 'What it can do' },
    ],
  },
];

const texts = (typed: string) => matchingHints(commands, typed).map(({ text }) => text);

test.each([
  [
    'a slash alone offers everything',
    '/',
    ['/lobml', '/lobml precheck', '/lobml precheck live', '/lobml help'],
  ],
  ['what is typed narrows it, in either case', '/LOBML P', ['/lobml precheck', '/lobml precheck live']],
  ['what already stands there is not offered again', '/lobml precheck', ['/lobml precheck live']],
  ['a message is not a command', 'precheck', []],
  ['no hint where nothing fits', '/lobml x', []],
])('%s', (_title, typed, expected) => {
  expect(texts(typed)).toEqual(expected);
});

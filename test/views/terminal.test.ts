import { expect, test } from '@jest/globals';
import { terminalText, withoutMarkup } from '../../views/terminal.js';

test('Slack’s markup becomes plain words: dates by their fall-back, people and groups by their id', () => {
  const text =
    '*live-1* at <!date^1767225600^{time}|00:00:00 UTC> by <@U0ALICE>, asked <!subteam^S0OPS> &lt;b&gt;';
  expect(withoutMarkup(text)).toBe('live-1 at 00:00:00 UTC by U0ALICE, asked @S0OPS <b>');
});

test('buttons are left out, and a report without readable blocks says its text', () => {
  const actions = {
    type: 'actions',
    elements: [{ type: 'button', text: { type: 'plain_text', text: 'Run' } }],
  };
  expect(terminalText({ text: 'Nothing *to* do', blocks: [actions] })).toBe('Nothing to do');
});

test('a slash command is what one types in a terminal; a path stays one', () => {
  expect(
    terminalText({ text: 'Stop it with `/lobml rollback`. /srv/lobml, /lobml/x, /lobml-ssh', blocks: [] }),
  ).toBe('Stop it with `lobml rollback`. /srv/lobml, /lobml/x, /lobml-ssh');
});

test('a table keeps its columns under each other', () => {
  const cell = (text: string) => ({ type: 'raw_text', text });
  const table = {
    type: 'table',
    rows: [
      [cell('a'), cell('bb')],
      [cell('ccc'), cell('d')],
    ],
  };
  expect(terminalText({ text: '', blocks: [table] })).toBe('a    bb\nccc  d ');
});

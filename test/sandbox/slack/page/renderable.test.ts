import { expect, test } from '@jest/globals';
import { renderableBlock } from '../../../../sandbox/slack/page/blocks/renderable.js';

const text = (words: string) => ({ type: 'raw_text' as const, text: words });

test('numbers in a table are shown as the bot formatted them', () => {
  const rows = [[text('lag')], [{ type: 'raw_number' as const, value: 74.2, text: '74.2 s' }]];
  expect(renderableBlock({ type: 'table', rows })).toEqual({
    type: 'table',
    rows: [[text('lag')], [text('74.2 s')]],
  });
});

test('a data table becomes a table with its numbers to the right', () => {
  const rows = [
    [text('horizon'), text('markets')],
    [text('5m'), { type: 'raw_number' as const, value: 16128, text: '16,128' }],
  ];
  expect(renderableBlock({ type: 'data_table', caption: 'Coverage', rows })).toEqual({
    type: 'table',
    rows: [
      [text('horizon'), text('markets')],
      [text('5m'), text('16,128')],
    ],
    column_settings: [{ align: 'left' }, { align: 'right' }],
  });
});

test('other blocks stay as they are', () => {
  const divider = { type: 'divider' as const };
  expect(renderableBlock(divider)).toBe(divider);
});

import type { Block, Report } from '../src/domain/report.js';
import { chartText } from './terminal-chart.js';

/** The same blocks as readable text for a terminal: no markup, no buttons, UTC clock times, `lobml` without a slash. */
export function terminalText({ blocks, text }: Report): string {
  const parts = blocks.flatMap((block) => {
    const lines = blockText(block);
    return lines === '' ? [] : [lines];
  });
  return asTyped(parts.length === 0 ? withoutMarkup(text) : parts.join('\n'));
}

/** What is a slash command in Slack is a program here. */
const asTyped = (text: string): string => text.replaceAll(/(?<![\w./-])\/lobml(?![\w/-])/g, 'lobml');

function blockText(block: Block): string {
  switch (block.type) {
    case 'header':
      return `${textOf(block['text'])}\n`;
    case 'section':
      return withoutMarkup([textOf(block['text']), ...textsOf(block['fields'])].filter(Boolean).join('\n'));
    case 'context':
      return withoutMarkup(textsOf(block['elements']).join('  '));
    case 'divider':
      return '—'.repeat(20);
    case 'table':
      return tableText(block['rows']);
    case 'data_visualization':
      return chartText(block);
    case 'container':
      return [textOf(block['title']), ...childrenOf(block).map(blockText)].filter(Boolean).join('\n');
    default:
      return '';
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isBlock = (value: unknown): value is Block => isObject(value) && typeof value['type'] === 'string';

const childrenOf = (block: Block): readonly Block[] => {
  const children = block['child_blocks'];
  return Array.isArray(children) ? children.filter(isBlock) : [];
};

const textOf = (value: unknown): string => (isObject(value) ? String(value['text'] ?? '') : '');

const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(textOf) : []);

function tableText(rows: unknown): string {
  if (!Array.isArray(rows)) return '';
  const cells = rows.map((row: unknown) => (Array.isArray(row) ? row.map(cellText) : []));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells
    .map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}

/** Of rich text the words, and each moment by its fall-back. */
function cellText(cell: unknown): string {
  if (!isObject(cell) || cell['type'] !== 'rich_text') return withoutMarkup(textOf(cell));
  const inside = (value: unknown): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap(inside);
    if (!isObject(value)) return [];
    return [String(value['text'] ?? value['fallback'] ?? ''), ...inside(value['elements'])];
  };
  return inside(cell['elements']).join('');
}

/** Slack's mrkdwn as plain text: dates by their fall-back, mentions by their id. Between `<` and `>` stands no other. */
export function withoutMarkup(mrkdwn: string): string {
  return mrkdwn
    .replaceAll(/<!date\^[^|<>]*\|([^<>]*)>/g, '$1')
    .replaceAll(/<!subteam\^([A-Z0-9]+)>/g, '@$1')
    .replaceAll(/<[@#!]([^|<>]*)(?:\|([^<>]*))?>/g, (_whole, id: string, label?: string) => label ?? id)
    .replaceAll(/<([^|<>]+)\|([^<>]*)>/g, '$2 ($1)')
    .replaceAll(/(^|[\s(])\*([^*\n]+)\*(?=$|[\s).,:;·])/gm, '$1$2')
    .replaceAll(/(^|[\s(])_\(([^_\n]+)\)_/gm, '$1($2)')
    .replaceAll('```', '\n')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

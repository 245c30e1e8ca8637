import type { KnownBlock, RawNumberElement, RawTextElement, RichTextBlock, TableBlock } from '@slack/types';

type Cell = RawTextElement | RawNumberElement | RichTextBlock;

/**
 * The block in a form that slack-blocks-to-jsx 1.1.1 can draw: it throws on a `raw_number` cell of a table and
 * draws nothing for a `data_table`.
 */
export function renderableBlock(block: KnownBlock): KnownBlock {
  if (block.type === 'table') {
    return { ...block, rows: block.rows.map((row) => row.map(cellAsText)) };
  }
  if (block.type === 'data_table') {
    return dataTableAsTable(block.rows);
  }
  return block;
}

function dataTableAsTable(rows: Cell[][]): TableBlock {
  const numeric = rows[1]?.map((cell) => cell.type === 'raw_number') ?? [];
  return {
    type: 'table',
    rows: rows.map((row) => row.map(cellAsText)),
    column_settings: numeric.map((isNumber) => ({ align: isNumber ? 'right' : 'left' })),
  };
}

function cellAsText(cell: Cell): Cell {
  return cell.type === 'raw_number' ? { type: 'raw_text', text: cell.text ?? String(cell.value) } : cell;
}

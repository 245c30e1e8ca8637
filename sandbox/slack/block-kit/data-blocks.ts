import { richText } from './rich-text.js';
import {
  byType,
  type Fault,
  fault,
  flag,
  isObject,
  type JsonObject,
  list,
  number,
  oneOf,
  record,
  text,
  typed,
} from './rule.js';

/**
 * Tables and charts. Sources: Slack's reference of the table, data table and data visualization blocks; the
 * chart block is younger than @slack/types 3.2.
 */

export const CELL_CHARACTERS = 10_000;

const cell = byType(() => ({
  raw_text: typed({ text: text({ max: CELL_CHARACTERS }) }),
  raw_number: typed({ value: number(), text: text({ max: 255 }) }),
  rich_text: richText,
}));
const row = list(cell, { max: 20 });
const block = { block_id: text({ max: 255 }) };

const columnSetting = (value: unknown, pointer: string) =>
  record({}, { align: oneOf('left', 'center', 'right'), is_wrapped: flag })(value ?? {}, pointer);

export const table = typed(
  { rows: list(row, { max: 100 }) },
  { column_settings: list(columnSetting, { min: 0, max: 20 }), ...block },
);

function dataTableRows(value: JsonObject, pointer: string): Fault[] {
  const rows = value.rows as unknown[][];
  const width = rows[0]?.length ?? 0;
  const uneven = rows.flatMap((cells, index) =>
    cells.length === width
      ? []
      : fault('all rows must have the same number of values', `${pointer}/rows/${index}`),
  );
  const richHeader = (rows[0] ?? []).flatMap((head, index) =>
    isObject(head) && head.type === 'rich_text'
      ? fault('rich_text is not allowed in a header cell', `${pointer}/rows/0/${index}`)
      : [],
  );
  const index = typeof value.row_header_column_index === 'number' ? value.row_header_column_index : 0;
  const outside =
    index >= width ? fault('must be a column of the table', `${pointer}/row_header_column_index`) : [];
  return [...uneven, ...richHeader, ...outside];
}

export const dataTable = typed(
  { caption: text({ max: 2000 }), rows: list(row, { min: 2, max: 101 }) },
  {
    page_size: number({ min: 1, max: 100, whole: true }),
    row_header_column_index: number({ min: 0, max: 19, whole: true }),
    ...block,
  },
  dataTableRows,
);

const label = text({ max: 20 });
const series = record({ name: label, data: list(record({ label, value: number() }), { max: 20 }) });
const axes = record(
  { categories: list(label, { max: 20 }) },
  { x_label: text({ max: 50 }), y_label: text({ max: 50 }) },
);

/** Series have different names, and one point for each category. */
function pointsMatchCategories(value: JsonObject, pointer: string): Fault[] {
  const lines = value.series as { name: string; data: { label: string }[] }[];
  const { categories } = value.axis_config as { categories: string[] };
  const names = new Set(lines.map((line) => line.name));
  const twice = names.size < lines.length ? fault('series names must be unique', `${pointer}/series`) : [];
  const expected = [...categories].sort().join('\n');
  const strangers = lines.flatMap((line, index) =>
    line.data
      .map((point) => point.label)
      .sort()
      .join('\n') === expected
      ? []
      : fault('data must have one point for each category', `${pointer}/series/${index}/data`),
  );
  return [...twice, ...strangers];
}

const xyChart = typed({ series: list(series, { max: 6 }), axis_config: axes }, {}, pointsMatchCategories);

export const dataVisualization = typed(
  {
    title: text({ max: 50 }),
    chart: byType(() => ({
      pie: typed({ segments: list(record({ label, value: number({ above: 0 }) }), { max: 6 }) }),
      bar: xyChart,
      area: xyChart,
      line: xyChart,
    })),
  },
  block,
);

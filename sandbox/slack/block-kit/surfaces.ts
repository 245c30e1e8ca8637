import { blockRule, type Surface } from './blocks.js';
import { plainText } from './composition.js';
import { CELL_CHARACTERS } from './data-blocks.js';
import { type Fault, fault, flag, isObject, type JsonObject, list, text, typed } from './rule.js';
import { elementsOf, everyBlock, readableCharacters } from './walk.js';

/** Seen on Slack, not documented: what all blocks of one message may hold together. */
const MESSAGE_CHARACTERS = 13_200;
const MARKDOWN_CHARACTERS = 12_000;
const MAX_OF_TYPE: Readonly<Record<string, number>> = { table: 1, data_visualization: 2, plan: 1 };

function repeatedBlockIds(blocks: readonly unknown[], pointer: string): Fault[] {
  const seen = new Set<unknown>();
  return [...everyBlock(blocks, pointer)].flatMap(([block, here]) => {
    if (block.block_id === undefined) return [];
    const repeated = seen.has(block.block_id);
    seen.add(block.block_id);
    return repeated ? fault(`\`block_id\` "${block.block_id}" already exists`, `${here}/block_id`) : [];
  });
}

function repeatedActionIds(blocks: readonly unknown[], pointer: string): Fault[] {
  return [...everyBlock(blocks, pointer)].flatMap(([block, here]) => {
    const seen = new Set<unknown>();
    return elementsOf(block).flatMap(([element, field]) => {
      if (element.action_id === undefined) return [];
      const repeated = seen.has(element.action_id);
      seen.add(element.action_id);
      const words = `\`action_id\` "${element.action_id}" already exists for block_id "${block.block_id ?? ''}"`;
      return repeated ? fault(words, `${here}/${field}/action_id`) : [];
    });
  });
}

function repeatedTaskIds(blocks: readonly unknown[], pointer: string): Fault[] {
  const seen = new Set<unknown>();
  return [...everyBlock(blocks, pointer)].flatMap(([block, here]) => {
    if (block.type !== 'task_card') return [];
    const repeated = seen.has(block.task_id);
    seen.add(block.task_id);
    return repeated ? fault(`\`task_id\` "${block.task_id}" already exists`, `${here}/task_id`) : [];
  });
}

function tooManyOfType(blocks: readonly unknown[], pointer: string): Fault[] {
  const types = [...everyBlock(blocks, pointer)].map(([block]) => String(block.type));
  return Object.entries(MAX_OF_TYPE).flatMap(([type, max]) =>
    types.filter((one) => one === type).length > max
      ? fault(`no more than ${max} ${type} block${max > 1 ? 's' : ''} allowed`, pointer)
      : [],
  );
}

function tooManyCharacters(blocks: readonly unknown[], pointer: string): Fault[] {
  const all = [...everyBlock(blocks, pointer)].map(([block]) => block);
  const total = (...types: string[]) =>
    all
      .filter((block) => types.includes(String(block.type)))
      .reduce((sum, block) => sum + readableCharacters(block.rows ?? block.text), 0);
  return [
    ...(total('markdown') > MARKDOWN_CHARACTERS
      ? fault(`must be less than ${MARKDOWN_CHARACTERS + 1} characters of markdown`, pointer)
      : []),
    ...(total('table', 'data_table') > CELL_CHARACTERS
      ? fault(`must be less than ${CELL_CHARACTERS + 1} characters in table cells`, pointer)
      : []),
  ];
}

function faultsOfBlocks(
  blocks: unknown,
  surface: Surface,
  max: number,
  min: number,
  pointer: string,
): Fault[] {
  const faults = list(blockRule(surface), { min, max })(blocks, pointer);
  if (!Array.isArray(blocks)) return faults;
  return [
    ...faults,
    ...repeatedBlockIds(blocks, pointer),
    ...repeatedActionIds(blocks, pointer),
    ...repeatedTaskIds(blocks, pointer),
    ...tooManyOfType(blocks, pointer),
    ...tooManyCharacters(blocks, pointer),
  ];
}

/** What Slack would say about the blocks of a message; an empty list is allowed. */
export function messageFaults(blocks: unknown): Fault[] {
  return faultsOfBlocks(blocks, 'message', 50, 0, '/blocks');
}

/** Do all blocks of the message together hold more than Slack takes (`msg_blocks_too_long`)? */
export function messageTooLong(blocks: readonly unknown[]): boolean {
  return readableCharacters(blocks) > MESSAGE_CHARACTERS;
}

function moreThanOneFocus(view: JsonObject, pointer: string): Fault[] {
  const blocks = Array.isArray(view.blocks) ? view.blocks : [];
  const focused = [...everyBlock(blocks, pointer)]
    .flatMap(([block]) => elementsOf(block))
    .filter(([element]) => element.focus_on_load === true);
  return focused.length > 1 ? fault('only one element can have focus_on_load', `${pointer}/blocks`) : [];
}

function inputWithoutSubmit(view: JsonObject, pointer: string): Fault[] {
  const blocks = Array.isArray(view.blocks) ? view.blocks : [];
  const hasInput = [...everyBlock(blocks, pointer)].some(([block]) => block.type === 'input');
  return hasInput && view.submit === undefined ? fault('missing required field: submit', pointer) : [];
}

const shared = {
  private_metadata: text({ max: 3000, min: 0 }),
  callback_id: text({ max: 255, min: 0 }),
  external_id: text({ max: 255, min: 0 }),
};
const anyBlocks = () => [];

const modal = typed(
  { title: plainText(24), blocks: anyBlocks },
  {
    ...shared,
    submit: plainText(24),
    close: plainText(24),
    clear_on_close: flag,
    notify_on_close: flag,
    submit_disabled: flag,
  },
  inputWithoutSubmit,
);
const home = typed({ blocks: anyBlocks }, shared);

/** What Slack would say about a view of the given type. */
export function viewFaults(view: unknown, type: 'modal' | 'home'): Fault[] {
  if (!isObject(view) || view.type !== type) return fault(`must be a view of type ${type}`, '/view');
  return [
    ...(type === 'modal' ? modal : home)(view, '/view'),
    ...faultsOfBlocks(view.blocks ?? [], type, 100, 0, '/view/blocks'),
    ...moreThanOneFocus(view, '/view'),
  ];
}

import { isObject, type JsonObject } from './rule.js';

/** Every block, those inside containers, plans and carousels too, with its pointer. */
export function* everyBlock(blocks: readonly unknown[], pointer: string): Generator<[JsonObject, string]> {
  for (const [index, block] of blocks.entries()) {
    if (!isObject(block)) continue;
    const here = `${pointer}/${index}`;
    yield [block, here];
    if (Array.isArray(block.child_blocks)) yield* everyBlock(block.child_blocks, `${here}/child_blocks`);
    if (Array.isArray(block.tasks)) yield* everyBlock(block.tasks, `${here}/tasks`);
    if (block.type === 'carousel' && Array.isArray(block.elements)) {
      yield* everyBlock(block.elements, `${here}/elements`);
    }
  }
}

/** The interactive elements of one block: its elements, its accessory, its input. */
export function elementsOf(block: JsonObject): [JsonObject, string][] {
  const listed = block.type === 'card' ? block.actions : block.elements;
  const name = block.type === 'card' ? 'actions' : 'elements';
  const many = Array.isArray(listed) ? listed.map((one, index) => [one, `${name}/${index}`] as const) : [];
  const single = (['accessory', 'element'] as const).map((field) => [block[field], field] as const);
  const interactive = ([one]: readonly [unknown, string]) =>
    isObject(one) && typeof one.type === 'string' && !['image', 'mrkdwn', 'plain_text'].includes(one.type);
  return [...many, ...single].filter(interactive) as [JsonObject, string][];
}

const UNREAD = new Set(['type', 'block_id', 'action_id', 'value', 'style', 'url', 'image_url', 'task_id']);

/** The characters that a reader sees; where Slack's own count is not known, this one is the higher. */
export function readableCharacters(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + readableCharacters(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value)
    .filter(([name]) => !UNREAD.has(name))
    .reduce((sum, [, field]) => sum + readableCharacters(field), 0);
}

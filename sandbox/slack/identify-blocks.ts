import { isObject, type JsonObject } from './block-kit/rule.js';
import { elementsOf, everyBlock } from './block-kit/walk.js';
import { secret } from './ids.js';

/** Fills in the block_id and action_id that the app left out, as Slack does before it shows anything. */
export function identifyBlocks(blocks: readonly unknown[]): JsonObject[] {
  const copies = structuredClone(blocks).filter(isObject);
  for (const [block] of everyBlock(copies, '')) {
    block.block_id ??= secret(3);
    for (const [element] of elementsOf(block)) element.action_id ??= secret(3);
  }
  return copies;
}

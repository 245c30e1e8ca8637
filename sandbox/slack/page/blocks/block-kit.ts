import type { KnownBlock } from '@slack/types';

/** The blocks of a message, modal or Home, with an id on each (Slack gives one where the app gave none). */
export interface IdentifiedBlock {
  id: string;
  block: KnownBlock;
}

/**
 * Reads what the bot sent. The local Slack has validated it; what has no `type` at all is left out.
 * @param prefix of the ids given to blocks that have none; children of a container pass their parent's id.
 */
export function identifyBlocks(blocks: readonly unknown[], prefix = 'block'): IdentifiedBlock[] {
  return blocks.filter(isBlock).map((block, index) => ({
    id: block.block_id ?? `${prefix}-${index}`,
    block,
  }));
}

function isBlock(value: unknown): value is KnownBlock {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** All blocks, those inside containers too. */
export function flattenBlocks(blocks: readonly IdentifiedBlock[]): IdentifiedBlock[] {
  return blocks.flatMap((identified) =>
    identified.block.type === 'container'
      ? [identified, ...flattenBlocks(identifyBlocks(identified.block.child_blocks, identified.id))]
      : [identified],
  );
}

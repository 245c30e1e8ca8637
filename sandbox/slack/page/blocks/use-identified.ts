import { useMemo } from 'react';
import { type IdentifiedBlock, identifyBlocks } from './block-kit.js';

/** The blocks with their ids, stable while the bot does not send others. */
export function useIdentified(blocks: readonly unknown[], prefix?: string): IdentifiedBlock[] {
  return useMemo(() => identifyBlocks(blocks, prefix), [blocks, prefix]);
}

import { useMemo } from 'react';
import { type IdentifiedBlock, identifyBlocks } from './block-kit.js';
import { BlockView } from './block-view.js';

/** Blocks one below the other; a `SurfaceProvider` around them takes what a person does. */
export function BlockList({ blocks }: { blocks: readonly IdentifiedBlock[] }) {
  return (
    <div className="blocks">
      {blocks.map(({ id, block }) => (
        <BlockView key={id} id={id} block={block} />
      ))}
    </div>
  );
}

/** The blocks with their ids, stable while the bot does not send others. */
export function useIdentified(blocks: readonly unknown[], prefix?: string): IdentifiedBlock[] {
  return useMemo(() => identifyBlocks(blocks, prefix), [blocks, prefix]);
}

import type { ActionsBlock, ContextActionsBlock, KnownBlock, SectionBlock } from '@slack/types';
import { FeedbackView, IconButtonView } from '../elements/context-actions.js';
import { ElementView } from '../elements/element-view.js';
import { BlockBoundary } from './block-boundary.js';
import type { IdentifiedBlock } from './block-kit.js';
import { CardView } from './card-view.js';
import { ContainerView } from './container-view.js';
import { InputView } from './input-view.js';
import { LibraryBlock } from './library-block.js';
import { renderableBlock } from './renderable.js';
import { useIdentified } from './use-identified.js';

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

/** One block. Blocks that hold interactive elements are laid out here; the rest is the library's. */
function BlockView({ id, block }: { id: string; block: KnownBlock }) {
  return (
    <BlockBoundary block={block}>
      <BlockByType id={id} block={block} />
    </BlockBoundary>
  );
}

function BlockByType({ id, block }: { id: string; block: KnownBlock }) {
  switch (block.type) {
    case 'actions':
      return <ActionsView id={id} block={block} />;
    case 'context_actions':
      return <ContextActionsView id={id} block={block} />;
    case 'input':
      return <InputView id={id} block={block} />;
    case 'section':
      return <SectionView id={id} block={block} />;
    case 'container':
      return (
        <ContainerView block={block}>
          <InnerBlocks id={id} blocks={block.child_blocks} />
        </ContainerView>
      );
    case 'card':
      return <CardView id={id} card={block} />;
    case 'carousel':
      return (
        <div className="carousel">
          {block.elements.map((card, index) => (
            <CardView
              key={card.block_id ?? `${id}-${index}`}
              id={card.block_id ?? `${id}-${index}`}
              card={card}
            />
          ))}
        </div>
      );
    case 'table':
      return (
        <div className="wide">
          <LibraryBlock block={renderableBlock(block)} />
        </div>
      );
    case 'data_table':
      return (
        <figure className="wide" aria-label={block.caption}>
          <figcaption>{block.caption}</figcaption>
          <LibraryBlock block={renderableBlock(block)} />
        </figure>
      );
    default:
      return <LibraryBlock block={block} />;
  }
}

function InnerBlocks({ id, blocks }: { id: string; blocks: readonly unknown[] }) {
  return <BlockList blocks={useIdentified(blocks, id)} />;
}

function ActionsView({ id, block }: { id: string; block: ActionsBlock }) {
  return (
    <div className="actions">
      {block.elements.map((element, index) => (
        <ElementView key={element.action_id ?? index} blockId={id} element={element} />
      ))}
    </div>
  );
}

function ContextActionsView({ id, block }: { id: string; block: ContextActionsBlock }) {
  return (
    <div className="actions">
      {block.elements.map((element, index) =>
        element.type === 'feedback_buttons' ? (
          <FeedbackView key={element.action_id ?? index} blockId={id} element={element} />
        ) : (
          <IconButtonView key={element.action_id ?? index} blockId={id} element={element} />
        ),
      )}
    </div>
  );
}

function SectionView({ id, block }: { id: string; block: SectionBlock }) {
  const { accessory, ...section } = block;
  if (accessory === undefined || accessory.type === 'image') {
    return <LibraryBlock block={block} />;
  }
  return (
    <div className="section-with-accessory">
      <LibraryBlock block={section} />
      <ElementView blockId={id} element={accessory} />
    </div>
  );
}

import type { ContainerBlock } from '@slack/types';
import { BlockList, useIdentified } from './block-list.js';
import { LibraryBlock } from './library-block.js';
import { Text } from './text.js';

/** A container, laid out here because its children may hold buttons; folded where it starts collapsed. */
export function ContainerView({ id, block }: { id: string; block: ContainerBlock }) {
  const children = useIdentified(block.child_blocks, id);
  const heading = <ContainerHeading block={block} />;
  if (block.is_collapsible !== true) {
    return (
      <section className="container">
        <div className="container-heading">{heading}</div>
        <BlockList blocks={children} />
      </section>
    );
  }
  return (
    <details className="container" open={block.default_collapsed !== true}>
      <summary className="container-heading">{heading}</summary>
      <BlockList blocks={children} />
    </details>
  );
}

function ContainerHeading({ block }: { block: ContainerBlock }) {
  return (
    <>
      {block.icon && 'image_url' in block.icon && (
        <img src={block.icon.image_url} alt={block.icon.alt_text} />
      )}
      <span className="container-title">
        {block.title && <Text text={block.title} />}
        {block.rich_text_title && <LibraryBlock block={block.rich_text_title} />}
      </span>
      {block.subtitle && (
        <span className="container-subtitle">
          <Text text={block.subtitle} />
        </span>
      )}
    </>
  );
}

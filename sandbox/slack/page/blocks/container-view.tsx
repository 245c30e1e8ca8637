import type { ContainerBlock } from '@slack/types';
import type { ReactNode } from 'react';
import { LibraryBlock } from './library-block.js';
import { Text } from './text.js';

/** A container, laid out here because its blocks may hold buttons; folded where it starts collapsed. */
export function ContainerView({ block, children }: { block: ContainerBlock; children: ReactNode }) {
  const heading = <ContainerHeading block={block} />;
  if (block.is_collapsible !== true) {
    return (
      <section className="container">
        <div className="container-heading">{heading}</div>
        {children}
      </section>
    );
  }
  return (
    <details className="container" open={block.default_collapsed !== true}>
      <summary className="container-heading">{heading}</summary>
      {children}
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

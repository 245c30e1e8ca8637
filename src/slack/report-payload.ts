import type { KnownBlock } from '@slack/types';
import type { Block, Report } from '../domain/report.js';

/** Slack's bound for the `text` of chat.update, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 4_000;
const MAX_SECTION_TEXT = 3_000;
const MAX_BLOCK_ID = 255;
const ELLIPSIS = '…';
/** A message's. */
const MAX_BLOCKS = 50;

/** The same text, cut at a character so that it takes at most `maxBytes` of UTF-8. */
export function truncateToBytes(text: string, maxBytes = MAX_TEXT_BYTES): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  let bytes = Buffer.byteLength(ELLIPSIS);
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept + ELLIPSIS;
}

/** What is folded into a container. */
function childrenOf(block: Block): readonly Block[] {
  const children = block.type === 'container' ? block['child_blocks'] : undefined;
  return Array.isArray(children) ? (children as readonly Block[]) : [];
}

/**
 * The blocks as they are sent. Each gets a new `block_id` with every revision: Slack keeps what a person has typed
 * or opened in a block whose id stays. Blocks are ours to type: Slack knows kinds that its types do not list yet.
 */
export function blocksOf(report: Report, revision: string): KnownBlock[] {
  const named = (block: Block, place: string): Block => {
    const name = (block.block_id ?? `block-${place}`).slice(0, MAX_BLOCK_ID - revision.length - 1);
    const children = childrenOf(block);
    return {
      ...block,
      block_id: `${name}~${revision}`,
      ...(children.length === 0
        ? {}
        : { child_blocks: children.map((child, index) => named(child, `${place}-${index}`)) }),
    };
  };
  return report.blocks.map((block, index) => named(block, String(index)) as KnownBlock);
}

/**
 * How a report gets simpler when Slack refuses its blocks: first without the optional ones and with nothing folded, then
 * as plain text.
 */
export function simplify(report: Report): Report | undefined {
  const optional = report.optionalBlockIds ?? [];
  const required = report.blocks.filter((block) => !optional.includes(block.block_id ?? ''));
  const open = required.flatMap((block) => (block.type === 'container' ? childrenOf(block) : [block]));
  const isSimpler =
    required.length < report.blocks.length || required.some(({ type }) => type === 'container');
  if (isSimpler) return { ...report, blocks: open.slice(0, MAX_BLOCKS), optionalBlockIds: [] };
  if (report.blocks.length === 1 && report.blocks[0]?.block_id === 'plain') return undefined;
  const text = [...report.text].slice(0, MAX_SECTION_TEXT).join('') || ELLIPSIS;
  return { ...report, blocks: [{ type: 'section', block_id: 'plain', text: { type: 'plain_text', text } }] };
}

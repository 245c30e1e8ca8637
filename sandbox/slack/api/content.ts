import { isObject, type JsonObject } from '../block-kit/rule.js';
import { messageFaults, messageTooLong } from '../block-kit/surfaces.js';
import { identifyBlocks } from '../identify-blocks.js';
import type { Arguments } from './arguments.js';
import { blockError, invalidArguments, SlackError } from './slack-error.js';

export interface Content {
  readonly text: string;
  readonly blocks: JsonObject[];
  readonly metadata?: JsonObject;
}

/** Slack keeps 40,000 characters of a new message, but only 4,000 bytes of an update. */
const POST_CHARACTERS = 40_000;
const UPDATE_BYTES = 4_000;
const METADATA_BYTES = 8_000;

function checkedMetadata(metadata: unknown): JsonObject {
  if (!isObject(metadata)) throw new SlackError('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return {};
  const { event_type, event_payload } = metadata;
  if (typeof event_type !== 'string' || event_type === '' || !isObject(event_payload)) {
    throw new SlackError('invalid_metadata_format');
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES)
    throw new SlackError('metadata_too_large');
  return { event_type, event_payload };
}

/** @throws SlackError with Slack's own words when the blocks are not allowed in a message. */
export function checkedBlocks(blocks: unknown): JsonObject[] {
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format');
  const faults = messageFaults(blocks);
  if (faults.length > 0) throw blockError('invalid_blocks', faults);
  if (messageTooLong(blocks)) throw new SlackError('msg_blocks_too_long');
  return identifyBlocks(blocks);
}

/**
 * Text, blocks and metadata of a message.
 * @throws SlackError no_text, msg_too_long, invalid_blocks, invalid_blocks_format, invalid_metadata_format …
 */
export function readContent(args: Arguments, kind: 'post' | 'update'): Content {
  const text = args.text('text') ?? '';
  const blocks = args.json('blocks', 'invalid_blocks_format');
  const metadata = args.json('metadata', 'invalid_metadata_format');
  const attachments = args.json('attachments', 'invalid_attachments');
  if (Array.isArray(attachments) && attachments.length > 0) {
    throw invalidArguments('legacy attachments are not supported here: use blocks');
  }
  const checked = blocks === undefined ? [] : checkedBlocks(blocks);
  if (text === '' && checked.length === 0) throw new SlackError('no_text');
  const tooLong = kind === 'post' ? text.length > POST_CHARACTERS : Buffer.byteLength(text) > UPDATE_BYTES;
  if (tooLong) throw new SlackError('msg_too_long');
  return {
    text,
    blocks: checked,
    ...(metadata === undefined ? {} : { metadata: checkedMetadata(metadata) }),
  };
}

import type { TextObject } from '@slack/types';
import { useMemo } from 'react';
import { LibraryBlock } from './library-block.js';

const EMOJI_NAME = /:[a-z0-9_+-]+:/;

/** A text object. Plain text without emoji names needs no renderer, and stays fit for a button's label. */
export function Text({ text }: { text: TextObject }) {
  if (text.type === 'plain_text' && (text.emoji === false || !EMOJI_NAME.test(text.text))) {
    return <>{text.text}</>;
  }
  return <LibraryBlock block={{ type: 'section', text }} />;
}

/** Text in Slack's mrkdwn, as a message without blocks has it. */
export function Mrkdwn({ text }: { text: string }) {
  const block = useMemo(() => ({ type: 'section', text: { type: 'mrkdwn', text } }), [text]);
  return <LibraryBlock block={block} />;
}

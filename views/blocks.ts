import { plainText } from '../src/domain/plain-text.js';
import type { Block } from '../src/domain/report.js';

/** Typed builders that keep Slack's limits, so that no text of a person or a machine can make Slack refuse one. */

export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  header: 150,
  section: 3000,
  context: 2000,
  contextElements: 10,
  containerBlocks: 10,
  actions: 25,
  buttonText: 75,
  optionText: 75,
  buttonValue: 2000,
  modalTitle: 24,
  preformatted: 2800,
} as const;

/** Cuts by characters as Slack counts them, with an ellipsis, and never through a surrogate pair. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** Slack's three control characters; everything that is not our own markup goes through here. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A value as it may stand within a code span: on the same line, and without the sign that would end it. */
export const inCode = (text: string): string =>
  escapeMrkdwn(plainText(text.replaceAll(LINE_BREAKS, ' ⏎ ')).replaceAll('`', 'ˋ'));

const LINE_BREAKS = /[\n\r\v\f\u0085\u2028\u2029]+/g;

/** Text in a code span. */
export const code = (text: string): string => `\`${inCode(text) || ' '}\``;

/** Runs of blanks, of what only looks like one, and of marks that turn the direction of text: they would make lines of their own. */
const BLANKS = /[\s\u0085\u2800\p{Default_Ignorable_Code_Point}]+/gu;

const onOneLine = (text: string): string => plainText(text.replaceAll(BLANKS, ' ')).trim();

/**
 * What a person typed, in each message and in a terminal: their own words, quoted, on one line. A code span is the one
 * place where Slack reads no signs, so that nothing in it can look like a line of the bot's.
 */
export const typed = (text: string, most = 1000): string => code(clip(onOneLine(text), most));

/** The name of a person or an account, chosen by them: of its signs only those that names have. */
export const typedName = (name: string): string =>
  escapeMrkdwn(clip(onOneLine(name.replaceAll(/[^\p{L}\p{M}\p{N}\s.,_@'’()+-]/gu, ' ')), 80));

export const preformatted = (text: string): string =>
  `\`\`\`${clip(escapeMrkdwn(text.replaceAll('```', 'ˋˋˋ')), LIMITS.preformatted)}\`\`\``;

const plain = (text: string, limit: number) => ({ type: 'plain_text', text: clip(text, limit), emoji: true });
const mrkdwn = (text: string, limit: number) => ({ type: 'mrkdwn', text: clip(text, limit) });

export const header = (text: string): Block => ({ type: 'header', text: plain(text, LIMITS.header) });

export const section = (text: string): Block => ({ type: 'section', text: mrkdwn(text, LIMITS.section) });

export const context = (...texts: readonly string[]): Block => ({
  type: 'context',
  elements: texts.slice(0, LIMITS.contextElements).map((text) => mrkdwn(text, LIMITS.context)),
});

/** A titled, preformatted text: rich text shows what a machine wrote as it stands, where mrkdwn would read signs in it. */
export const titledText = (
  ...parts: readonly { readonly title: string; readonly text: string }[]
): Block => ({
  type: 'rich_text',
  elements: parts.flatMap(({ title, text }) => [
    { type: 'rich_text_section', elements: [{ type: 'text', text: title, style: { bold: true } }] },
    {
      type: 'rich_text_preformatted',
      elements: [{ type: 'text', text: clip(text, LIMITS.preformatted) || ' ' }],
    },
  ]),
});

/** Blocks behind a line that opens them; Slack takes ten. What does not take such a block gets them open (`simplify`). */
export const folded = (title: string, children: readonly Block[]): Block => ({
  type: 'container',
  title: plain(title, LIMITS.header),
  child_blocks: children.slice(0, LIMITS.containerBlocks),
  is_collapsible: true,
  default_collapsed: true,
});

/** The same of any number of blocks: nothing is lost, whatever the bound. */
export function allFolded(title: string, blocks: readonly Block[]): readonly Block[] {
  const parts = Array.from({ length: Math.ceil(blocks.length / LIMITS.containerBlocks) }, (_, index) =>
    blocks.slice(index * LIMITS.containerBlocks, (index + 1) * LIMITS.containerBlocks),
  );
  return parts.map((part, index) =>
    folded(parts.length === 1 ? title : `${title} (${index + 1}/${parts.length})`, part),
  );
}

export const divider = (): Block => ({ type: 'divider' });

export interface Button {
  readonly actionId: string;
  readonly text: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  /** Asked before the click counts. */
  readonly confirm?: {
    readonly title: string;
    readonly text: string;
    readonly yes: string;
    readonly no: string;
  };
}

export function actions(...buttons: readonly Button[]): Block {
  return { type: 'actions', elements: buttons.slice(0, LIMITS.actions).map(buttonElement) };
}

/** Buttons, and a menu of what is rarely wanted behind them. */
export const actionsWithMenu = (
  buttons: readonly Button[],
  menu: { readonly actionId: string; readonly options: readonly { text: string; value: string }[] },
): Block => ({
  type: 'actions',
  elements: [
    ...buttons.map(buttonElement),
    {
      type: 'overflow',
      action_id: menu.actionId,
      options: menu.options.map(({ text, value }) => ({ text: plain(text, LIMITS.optionText), value })),
    },
  ],
});

/** A text with one button beside it. */
export const sectionWithButton = (text: string, button: Button): Block => ({
  ...section(text),
  accessory: buttonElement(button),
});

function buttonElement({ actionId, text, value, style, confirm }: Button) {
  return {
    type: 'button',
    action_id: actionId,
    text: plain(text, LIMITS.buttonText),
    value: clip(value, LIMITS.buttonValue),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm: confirmDialog(confirm) }),
  };
}

function confirmDialog({ title, text, yes, no }: NonNullable<Button['confirm']>) {
  return { title: plain(title, 100), text: plain(text, 300), confirm: plain(yes, 30), deny: plain(no, 30) };
}

/** Keeps a message's first blocks and its last one (the buttons) within Slack's bound. */
export function within(limit: number, blocks: readonly Block[], cut: string): readonly Block[] {
  if (blocks.length <= limit) return blocks;
  const last = blocks.at(-1);
  return [...blocks.slice(0, limit - 2), context(cut), ...(last === undefined ? [] : [last])];
}

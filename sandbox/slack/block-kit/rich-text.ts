import { byType, flag, list, number, oneOf, record, text, typed, url } from './rule.js';

/** The `rich_text` block and what it is made of. Source: Slack's reference of the rich text block. */

const style = record({}, { bold: flag, italic: flag, strike: flag, code: flag, underline: flag });
const id = text({ max: 255 });

const span = byType(() => ({
  text: typed({ text: text({ max: 3000 }) }, { style }),
  link: typed({ url }, { text: text({ max: 3000 }), style, unsafe: flag }),
  emoji: typed({ name: id }, { unicode: id, url, style }),
  user: typed({ user_id: id }, { style }),
  usergroup: typed({ usergroup_id: id }, { style }),
  channel: typed({ channel_id: id }, { style }),
  team: typed({ team_id: id }, { style }),
  broadcast: typed({ range: oneOf('here', 'channel', 'everyone') }, { style }),
  color: typed({ value: text({ max: 16 }) }, { style }),
  date: typed(
    { timestamp: number({ whole: true }), format: text({ max: 255 }) },
    { url, fallback: text({ max: 255 }), style },
  ),
}));

const spans = list(span, { min: 0, max: 1000 });
const border = oneOf(0, 1);
const section = typed({ elements: spans });

const part = byType(() => ({
  rich_text_section: section,
  rich_text_quote: typed({ elements: spans }, { border }),
  rich_text_preformatted: typed({ elements: spans }, { border, language: text({ max: 50 }) }),
  rich_text_list: typed(
    {
      elements: list(
        byType(() => ({ rich_text_section: section })),
        { max: 1000 },
      ),
      style: oneOf('bullet', 'ordered'),
    },
    { indent: number({ min: 0, max: 8, whole: true }), border, offset: number({ min: 0, whole: true }) },
  ),
}));

export const richTextBlock = typed({ elements: list(part, { max: 1000 }) }, { block_id: text({ max: 255 }) });

/** Where a field must hold a whole `rich_text` block. */
export const richText = byType(() => ({ rich_text: richTextBlock }));

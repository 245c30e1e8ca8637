import { byType, flag, list, oneOf, record, text, typed, url } from './rule.js';

/**
 * Composition objects: the parts that blocks and elements are made of.
 * Source: Slack's reference pages of composition objects.
 */

export const plainText = (max: number) =>
  byType(() => ({ plain_text: typed({ text: text({ max }) }, { emoji: flag }) }));

export const mrkdwn = (max: number) =>
  byType(() => ({ mrkdwn: typed({ text: text({ max }) }, { verbatim: flag }) }));

export const textObject = (max: number) =>
  byType(() => ({
    plain_text: typed({ text: text({ max }) }, { emoji: flag }),
    mrkdwn: typed({ text: text({ max }) }, { verbatim: flag }),
  }));

export const colour = oneOf('primary', 'danger');

/** Slack's reference demands all four texts of a confirmation dialog. */
export const confirmation = record(
  { title: plainText(100), text: textObject(300), confirm: plainText(30), deny: plainText(30) },
  { style: colour },
);

/** An option of a select or an overflow menu. The SDK's types allow 75 characters of value. */
export const option = record(
  { text: plainText(75), value: text({ max: 75 }) },
  { description: plainText(75) },
);

/** Only an overflow menu's option may bear a link. */
export const overflowOption = record(
  { text: plainText(75), value: text({ max: 75 }) },
  { description: plainText(75), url },
);

/** Radio buttons and checkboxes may be formatted. */
export const richOption = record(
  { text: textObject(75), value: text({ max: 75 }) },
  { description: textObject(75) },
);

export const optionGroup = record({ label: plainText(75), options: list(option, { max: 100 }) });

export const conversationFilter = record(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 }),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
);

export const dispatchActionConfig = record(
  {},
  { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 }) },
);

export const slackFile = record({}, { id: text({ max: 255 }), url });

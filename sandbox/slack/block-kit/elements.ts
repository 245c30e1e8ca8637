import {
  colour,
  confirmation,
  conversationFilter,
  dispatchActionConfig,
  option,
  optionGroup,
  overflowOption,
  plainText,
  richOption,
  slackFile,
} from './composition.js';
import { richText } from './rich-text.js';
import {
  type Fields,
  fault,
  flag,
  type JsonObject,
  list,
  number,
  type Rule,
  record,
  text,
  typed,
  url,
} from './rule.js';

/** Interactive elements and the image. Source: Slack's reference pages of block elements. */

const actionId = text({ max: 255 });
const id = text({ max: 255 });
const ids = list(id, { max: 100 });
const focus = { focus_on_load: flag };
const placeholder = { placeholder: plainText(150) };
const confirm = { confirm: confirmation };
const dispatch = { dispatch_action_config: dispatchActionConfig };
const atLeastOne = number({ min: 1, whole: true });

function element(
  required: Fields,
  optional: Fields,
  also?: (value: JsonObject, pointer: string) => ReturnType<Rule>,
) {
  return typed(required, { action_id: actionId, ...optional }, also);
}

function onlyOneOf(first: string, second: string) {
  return (value: JsonObject, pointer: string) =>
    (value[first] === undefined) === (value[second] === undefined)
      ? fault(`must define exactly one of \`${first}\` or \`${second}\``, pointer)
      : [];
}

const sameOption = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

function offered(value: JsonObject): unknown[] {
  const groups = Array.isArray(value.option_groups) ? value.option_groups : [];
  const grouped = groups.flatMap((group: { options?: unknown[] }) => group.options ?? []);
  return [...(Array.isArray(value.options) ? value.options : []), ...grouped];
}

/** What is chosen at first must be one of what is offered, exactly. */
function initialIsOffered(value: JsonObject, pointer: string) {
  const initial = [
    value.initial_option,
    ...(Array.isArray(value.initial_options) ? value.initial_options : []),
  ];
  const strangers = initial.filter(
    (one) => one !== undefined && !offered(value).some((o) => sameOption(o, one)),
  );
  return strangers.length === 0 ? [] : fault('initial option must match one of the options', pointer);
}

function staticChoice(value: JsonObject, pointer: string) {
  return [...onlyOneOf('options', 'option_groups')(value, pointer), ...initialIsOffered(value, pointer)];
}

const choices = { options: list(option, { max: 100 }), option_groups: list(optionGroup, { max: 100 }) };
const select = { ...placeholder, ...confirm, ...focus };
const multiSelect = { ...select, max_selected_items: atLeastOne };
const external = { min_query_length: number({ min: 0, whole: true }) };
const conversations = { default_to_current_conversation: flag, filter: conversationFilter };
const respond = { response_url_enabled: flag };
const field = { ...placeholder, ...focus, ...dispatch };
const picker = { ...placeholder, ...confirm, ...focus };
const feedback = record(
  { text: plainText(75), value: text({ max: 2000 }) },
  { accessibility_label: text({ max: 75 }) },
);

export const image = typed(
  { alt_text: text({ max: 2000 }) },
  { image_url: url, slack_file: slackFile },
  onlyOneOf('image_url', 'slack_file'),
);

export const button = element(
  { text: plainText(75) },
  {
    value: text({ max: 2000, min: 0 }),
    url,
    style: colour,
    accessibility_label: text({ max: 75 }),
    ...confirm,
  },
);

export const elements: Readonly<Record<string, Rule>> = {
  button,
  image,
  checkboxes: element(
    { options: list(richOption, { max: 10 }) },
    { initial_options: list(richOption, { max: 10 }), ...confirm, ...focus },
    initialIsOffered,
  ),
  radio_buttons: element(
    { options: list(richOption, { max: 10 }) },
    { initial_option: richOption, ...confirm, ...focus },
    initialIsOffered,
  ),
  overflow: element({ options: list(overflowOption, { max: 5 }) }, confirm),
  static_select: element({}, { ...choices, initial_option: option, ...select }, staticChoice),
  multi_static_select: element(
    {},
    { ...choices, initial_options: list(option, { max: 100 }), ...multiSelect },
    staticChoice,
  ),
  external_select: element({}, { initial_option: option, ...external, ...select }),
  multi_external_select: element(
    {},
    { initial_options: list(option, { max: 100 }), ...external, ...multiSelect },
  ),
  users_select: element({}, { initial_user: id, ...select }),
  multi_users_select: element({}, { initial_users: ids, ...multiSelect }),
  conversations_select: element({}, { initial_conversation: id, ...conversations, ...respond, ...select }),
  multi_conversations_select: element({}, { initial_conversations: ids, ...conversations, ...multiSelect }),
  channels_select: element({}, { initial_channel: id, ...respond, ...select }),
  multi_channels_select: element({}, { initial_channels: ids, ...multiSelect }),
  datepicker: element({}, { initial_date: text({ max: 10, pattern: /^\d{4}-\d{2}-\d{2}$/ }), ...picker }),
  timepicker: element(
    {},
    {
      initial_time: text({ max: 5, pattern: /^([01]\d|2[0-3]):[0-5]\d$/ }),
      timezone: text({ max: 255 }),
      ...picker,
    },
  ),
  datetimepicker: element(
    {},
    {
      initial_date_time: number({ min: 1_000_000_000, max: 9_999_999_999, whole: true }),
      ...confirm,
      ...focus,
    },
  ),
  plain_text_input: element(
    {},
    {
      initial_value: text({ max: 3000, min: 0 }),
      multiline: flag,
      min_length: number({ min: 0, max: 3000, whole: true }),
      max_length: number({ min: 1, max: 3000, whole: true }),
      ...field,
    },
  ),
  number_input: element(
    { is_decimal_allowed: flag },
    {
      initial_value: text({ max: 255 }),
      min_value: text({ max: 255 }),
      max_value: text({ max: 255 }),
      ...field,
    },
  ),
  email_text_input: element({}, { initial_value: text({ max: 3000 }), ...field }),
  url_text_input: element({}, { initial_value: text({ max: 3000 }), ...field }),
  rich_text_input: element(
    {},
    {
      initial_value: richText,
      min_lines: number({ min: 1, max: 100, whole: true }),
      max_lines: number({ min: 1, max: 100, whole: true }),
      ...field,
    },
  ),
  feedback_buttons: element({ positive_button: feedback, negative_button: feedback }, {}),
  icon_button: element(
    { icon: text({ max: 255 }), text: plainText(75) },
    {
      value: text({ max: 2000 }),
      accessibility_label: text({ max: 75 }),
      visible_to_user_ids: ids,
      ...confirm,
    },
  ),
};

const SELECTS = ['static', 'external', 'users', 'conversations', 'channels'].flatMap((source) => [
  `${source}_select`,
  `multi_${source}_select`,
]);
const PICKERS = ['datepicker', 'timepicker', 'checkboxes', 'radio_buttons', ...SELECTS];

/** Which elements stand where. `file_input` needs a scope that the app does not have. */
export const PLACES = {
  accessory: ['button', 'image', 'overflow', ...PICKERS],
  actions: ['button', 'overflow', 'datetimepicker', 'rich_text_input', ...PICKERS],
  input: [
    'plain_text_input',
    'number_input',
    'email_text_input',
    'url_text_input',
    'rich_text_input',
    'datetimepicker',
    ...PICKERS,
  ],
  contextActions: ['feedback_buttons', 'icon_button'],
} as const;

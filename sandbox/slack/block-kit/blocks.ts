import { mrkdwn, plainText, slackFile, textObject } from './composition.js';
import { dataTable, dataVisualization, table } from './data-blocks.js';
import { button, elements, image, PLACES } from './elements.js';
import { richText, richTextBlock } from './rich-text.js';
import {
  byType,
  type Fields,
  fault,
  flag,
  type JsonObject,
  list,
  oneOf,
  pick,
  type Rule,
  text,
  typed,
  url,
} from './rule.js';

/** Layout blocks. Source: Slack's reference pages of blocks, and @slack/types 3.2. */

function block(
  required: Fields,
  optional: Fields = {},
  also?: (value: JsonObject, pointer: string) => ReturnType<Rule>,
) {
  return typed(required, { block_id: text({ max: 255 }), ...optional }, also);
}

const elementOf = (place: readonly string[]) => byType(() => pick(elements, place));

function textOrFields(value: JsonObject, pointer: string) {
  return value.text === undefined && value.fields === undefined
    ? fault('must define either `text` or `fields`', pointer)
    : [];
}

function oneTitle(value: JsonObject, pointer: string) {
  if (value.title === undefined && value.rich_text_title === undefined) {
    return fault('must define either `title` or `rich_text_title`', pointer);
  }
  return value.default_collapsed === true && value.is_collapsible !== true
    ? fault('default_collapsed requires is_collapsible', pointer)
    : [];
}

function somethingOnCard(value: JsonObject, pointer: string) {
  return ['hero_image', 'title', 'actions', 'body'].some((name) => value[name] !== undefined)
    ? []
    : fault('must define one of `hero_image`, `title`, `actions` or `body`', pointer);
}

const imageElement = byType(() => ({ image }));
const taskStatus = oneOf('pending', 'in_progress', 'complete', 'error');
const source = byType(() => ({ url: typed({ url, text: text({ max: 255 }) }) }));

const taskCard = block(
  { task_id: text({ max: 255 }), title: text({ max: 255 }), status: taskStatus },
  { details: richText, output: richText, sources: list(source, { min: 0, max: 20 }) },
);

const card = block(
  {},
  {
    hero_image: imageElement,
    icon: imageElement,
    title: mrkdwn(150),
    subtitle: mrkdwn(150),
    body: mrkdwn(200),
    actions: list(
      byType(() => ({ button })),
      { max: 5 },
    ),
  },
  somethingOnCard,
);

const CHILDREN = [
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
];

const blocks: Readonly<Record<string, Rule>> = {
  section: block(
    {},
    {
      text: textObject(3000),
      fields: list(textObject(2000), { max: 10 }),
      accessory: elementOf(PLACES.accessory),
      expand: flag,
    },
    textOrFields,
  ),
  header: block({ text: plainText(150) }),
  divider: block({}),
  // Slack was seen to refuse more than 2,000 characters here, though a text object may have 3,000.
  context: block({
    elements: list((value, pointer) => contextElement(value, pointer), { max: 10 }),
  }),
  context_actions: block({ elements: list(elementOf(PLACES.contextActions), { max: 5 }) }),
  actions: block({ elements: list(elementOf(PLACES.actions), { max: 25 }) }),
  input: block(
    { label: plainText(2000), element: elementOf(PLACES.input) },
    { hint: plainText(2000), optional: flag, dispatch_action: flag },
  ),
  image: block(
    { alt_text: text({ max: 2000 }) },
    { title: plainText(2000), image_url: url, slack_file: slackFile },
    (value, pointer) =>
      (value.image_url === undefined) === (value.slack_file === undefined)
        ? fault('must define exactly one of `image_url` or `slack_file`', pointer)
        : [],
  ),
  rich_text: richTextBlock,
  markdown: block({ text: text({ max: 12_000 }) }),
  table,
  data_table: dataTable,
  data_visualization: dataVisualization,
  task_card: taskCard,
  plan: block(
    { title: text({ max: 255 }) },
    {
      plan_id: text({ max: 255 }),
      tasks: list(
        byType(() => ({ task_card: taskCard })),
        { min: 0, max: 50 },
      ),
    },
  ),
  card,
  carousel: block({
    elements: list(
      byType(() => ({ card })),
      { max: 10 },
    ),
  }),
  alert: block(
    { text: textObject(3000) },
    { level: oneOf('default', 'info', 'warning', 'error', 'success') },
  ),
  container: block(
    {
      child_blocks: list(
        byType(() => pick(blocks, CHILDREN)),
        { max: 10 },
      ),
    },
    {
      title: plainText(150),
      rich_text_title: richText,
      subtitle: textObject(150),
      width: oneOf('narrow', 'standard', 'wide', 'full'),
      icon: imageElement,
      is_collapsible: flag,
      default_collapsed: flag,
      has_header_divider: flag,
    },
    oneTitle,
  ),
};

const contextElement = byType(() => ({
  image,
  plain_text: textObject(2000),
  mrkdwn: textObject(2000),
}));

const VIEW_BLOCKS = ['section', 'header', 'divider', 'context', 'actions', 'input', 'image', 'rich_text'];

/** Which blocks a surface takes; where the reference is silent, the narrower reading. */
export const SURFACES = {
  message: Object.keys(blocks).filter((name) => name !== 'alert'),
  modal: [...VIEW_BLOCKS, 'alert', 'container'],
  home: [...VIEW_BLOCKS, 'container'],
} as const;

export type Surface = keyof typeof SURFACES;

const RULES: Readonly<Record<Surface, Rule>> = {
  message: byType(() => pick(blocks, SURFACES.message)),
  modal: byType(() => pick(blocks, SURFACES.modal)),
  home: byType(() => pick(blocks, SURFACES.home)),
};

/** One block by itself, on the surface where it stands. */
export function blockRule(surface: Surface): Rule {
  return RULES[surface];
}

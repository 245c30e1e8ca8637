import type { ActionsBlockElement, InputBlockElement, SectionBlockAccessory } from '@slack/types';

/** Every element that a person can use. */
export type InteractiveElement =
  | ActionsBlockElement
  | InputBlockElement
  | Exclude<SectionBlockAccessory, { type: 'image' }>;

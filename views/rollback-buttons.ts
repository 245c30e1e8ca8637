import type { Locale } from '../src/domain/localized.js';
import type { Button } from './blocks.js';
import { rollbackTextFor } from './text/rollback.js';

export const DISABLE_ACTION = 'rollback:disable';
export const STOP_ACTION = 'rollback:stop';
export const PREVIOUS_MODEL_ACTION = 'rollback:previous_model';
export const ADD_REASON_ACTION = 'rollback:add_reason';

export interface RollbackButtonOptions {
  readonly target: string;
  readonly locale: Locale;
  /** `rollback: { confirm: true }` of the target: off unless told, because the safe direction should not ask. */
  readonly confirm: boolean;
}

/** *Disable now*, *Previous model*: for every report that is not GO, the deploy message, status and Home. */
export function rollbackButtons({ target, locale, confirm }: RollbackButtonOptions): readonly Button[] {
  const text = rollbackTextFor(locale);
  const asked = {
    title: text.confirm.title,
    text: text.confirm.text(target),
    yes: text.button.disable,
    no: text.button.cancel,
  };
  return [
    {
      actionId: DISABLE_ACTION,
      text: text.button.disable,
      value: target,
      style: 'danger',
      ...(confirm ? { confirm: asked } : {}),
    },
    { actionId: PREVIOUS_MODEL_ACTION, text: text.button.previousModel, value: target },
  ];
}

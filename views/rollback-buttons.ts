import type { Locale } from '../src/domain/localized.js';
import type { Button } from './blocks.js';
import { textFor } from './text/index.js';

export const DISABLE_ACTION = 'rollback:disable';
/** The second click, where the target wants one. */
export const DISABLE_CONFIRMED_ACTION = 'rollback:disable_confirmed';
export const STOP_ENTRIES_ACTION = 'rollback:stop_entries';
export const STOP_ENTRIES_ALL_ACTION = 'rollback:stop_entries_all';
export const STOP_ACTION = 'rollback:stop';
export const PREVIOUS_MODEL_ACTION = 'rollback:previous_model';
export const RESTORE_ACTION = 'rollback:restore';
export const DISABLE_ALL_ACTION = 'rollback:disable_all';
export const STOP_ALL_ACTION = 'rollback:stop_all';
export const FLATTEN_ACTION = 'rollback:flatten';
export const ADD_REASON_ACTION = 'rollback:add_reason';

/**
 * *Disable now*, *Previous model*: for every report that is not GO, the deploy message, status and Home.
 * @param offersEntries *Stop entries* as well: in the form of the rollback itself
 */
export function rollbackButtons(target: string, locale: Locale, offersEntries = false): readonly Button[] {
  const { button } = textFor(locale).rollback;
  return [
    { actionId: DISABLE_ACTION, text: button.disable, value: target, style: 'danger' },
    ...(offersEntries ? [{ actionId: STOP_ENTRIES_ACTION, text: button.stopEntries, value: target }] : []),
    { actionId: PREVIOUS_MODEL_ACTION, text: button.previousModel, value: target },
  ];
}

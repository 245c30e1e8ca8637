import { UserError } from '../src/conversation/errors.js';
import type { Click, Submission, SubmissionAnswer } from '../src/conversation/subcommand.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import { REASON_INPUT, reasonModal } from '../views/rollback-modals.js';
import { say } from '../views/sentence.js';
import { textFor } from '../views/text/index.js';
import { assertMayHalt } from './rollback-access.js';

/** Asks why, after the halt. */
export async function askReason(click: Click): Promise<void> {
  const modal = reasonModal(click.value, click.locale);
  await click.openModal(modal, async () => modal);
}

/** Writes an operator's reason into the trail, and into every message of the halt. */
export async function takeReason(
  submission: Pick<Submission, 'privateMetadata' | 'values' | 'person' | 'locale'>,
  services: KillSwitchServices,
): Promise<SubmissionAnswer> {
  const { privateMetadata: haltId, values, person, locale } = submission;
  const text = values[REASON_INPUT.block]?.[REASON_INPUT.action];
  const { gone, label } = textFor(locale).rollback.reasonModal;
  if (typeof text !== 'string' || text.trim() === '')
    return { kind: 'errors', errors: { [REASON_INPUT.block]: label } };
  try {
    await assertMayHalt(person, services, { target: null, act: 'add_reason' });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'errors', errors: { [REASON_INPUT.block]: say(error, locale) } };
  }
  const record = await services.killSwitch.addReason(haltId, text.trim(), person);
  if (record === undefined) return { kind: 'errors', errors: { [REASON_INPUT.block]: gone } };
  return { kind: 'close', after: async () => services.refreshHalt?.(record) };
}

import type { RollbackServices } from '../src/rollback/rollback-services.js';
import type { Click, Submission, SubmissionAnswer } from '../src/subcommand.js';
import { REASON_INPUT, reasonModal } from '../views/rollback-modals.js';
import { rollbackTextFor } from '../views/text/rollback.js';

/** Asks why, after the halt. */
export async function askReason(click: Click): Promise<void> {
  const modal = reasonModal(click.value, click.locale);
  await click.openModal(modal, async () => modal);
}

/** Writes the reason into the trail, and into every message of the halt. */
export async function takeReason(
  submission: Submission,
  services: RollbackServices,
): Promise<SubmissionAnswer> {
  const { privateMetadata: haltId, values, person, locale } = submission;
  const text = values[REASON_INPUT.block]?.[REASON_INPUT.action];
  const { gone, label } = rollbackTextFor(locale).reasonModal;
  if (typeof text !== 'string' || text.trim() === '')
    return { kind: 'errors', errors: { [REASON_INPUT.block]: label } };
  const record = await services.rollback.addReason(haltId, text.trim(), person);
  if (record === undefined) return { kind: 'errors', errors: { [REASON_INPUT.block]: gone } };
  return { kind: 'close', after: async () => services.refreshHalt?.(record) };
}

import { z } from 'zod';
import { UserError } from '../src/conversation/errors.js';
import type { Click } from '../src/conversation/subcommand.js';
import { person } from '../views/person.js';
import { asksForAcknowledgement, warningsOf } from '../views/warnings.js';
import type { DecisionServices } from './decision-services.js';

const requestSchema = z.object({ runId: z.string(), checkId: z.string() });

/**
 * Somebody takes one warning of a GO WITH WARNINGS upon themselves. Stored and audited before any message shows it.
 * @throws UserError for a guest or a bot, a run that has expired, a warning that it does not hold, and one that is
 *   acknowledged already
 */
export async function acknowledgeWarning(
  click: Click,
  services: Pick<DecisionServices, 'runs' | 'acknowledgements' | 'messages' | 'access' | 'audit' | 'now'>,
): Promise<void> {
  const { runs, acknowledgements, messages, access, audit, now } = services;
  const { runId, checkId } = requestSchema.parse(JSON.parse(click.value));
  const run = await runs.get(runId);
  if (
    run === undefined ||
    !asksForAcknowledgement(run) ||
    !warningsOf(run).some(({ id }) => id === checkId)
  ) {
    throw new UserError('not_a_warning', {});
  }
  if (!(await access.isMember(click.person))) throw new UserError('not_a_member', {});
  const at = now();
  const newest = await runs.latest({ strategy: run.strategy, target: run.target, kind: run.kind });
  const isHistory = newest !== undefined && newest.startedAt > run.startedAt;
  const isRevoked = isHistory || run.revokedBy !== undefined;
  if (isRevoked || at.getTime() >= Date.parse(run.validUntil)) {
    throw new UserError('too_late', {});
  }
  const isFirst = await acknowledgements.acknowledge({
    runId,
    checkId,
    person: click.person,
    at: at.toISOString(),
  });
  if (isFirst) {
    await audit.record({
      kind: 'warning.acknowledged',
      strategy: run.strategy,
      target: run.target,
      actor: click.person,
      at: at.toISOString(),
      details: { runId, checkId },
    });
  }
  await messages.changed(`run:${runId}`);
  if (isFirst) return;
  const known = await acknowledgements.acknowledgedWarnings(runId);
  const first = known.find((acknowledgement) => acknowledgement.checkId === checkId);
  const who = person(first?.person ?? click.person);
  throw new UserError('already_acknowledged', { who });
}

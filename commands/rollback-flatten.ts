import { z } from 'zod';
import type { Click } from '../src/conversation/subcommand.js';
import { commandsByHand } from '../src/halt/commands-by-hand.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import { flattenNote } from '../views/venue-flatten.js';
import { assertMayHalt } from './rollback-access.js';
import { parseTarget } from './target-argument.js';

const flattenRequest = z.object({ target: z.string(), haltId: z.string(), attempt: z.number().int().min(1) });

/** The button has asked once already; however many click it, it is carried out once. */
export async function flattenPositions(click: Click, services: KillSwitchServices): Promise<void> {
  const { haltId, attempt, ...request } = flattenRequest.parse(JSON.parse(click.value));
  const { person, locale } = click;
  const target = parseTarget([request.target], services.targets, '[target]');
  await assertMayHalt(person, services, { target: target.name, act: 'flatten' });
  const refused = await services.flattening?.run({ target, haltId, attempt, by: person }, (record) =>
    services.refreshHalt?.(record),
  );
  if (refused === undefined) return;
  const command = commandsByHand(target).get(target.venue?.host ?? '')?.venue?.flatten;
  await click.whisper(flattenNote(refused, command, locale));
}

import { UserError } from '../src/conversation/errors.js';
import type { HaltKind } from '../src/domain/halt.js';
import type { Person } from '../src/domain/person.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';

/** What somebody wanted to do, for the audit trail. */
interface WantedAct {
  readonly target: string | null;
  readonly act: HaltKind | 'flatten' | 'add_reason';
}

/**
 * Who may not is written down.
 * @throws UserError `forbidden` with those who may, `operators_unknown` when nobody could tell in time.
 */
export async function assertMayHalt(
  person: Person,
  { operators, killSwitch }: Pick<KillSwitchServices, 'operators' | 'killSwitch'>,
  wanted: WantedAct,
): Promise<void> {
  const { kind } = await operators.mayHalt(person);
  if (kind === 'yes') return;
  killSwitch.refused({ ...wanted, by: person, because: kind === 'no' ? 'not_allowed' : 'nobody_could_tell' });
  if (kind === 'no') throw new UserError('forbidden', { act: 'roll_back', who: operators.who });
  throw new UserError('operators_unknown', {});
}

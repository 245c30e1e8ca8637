import { ForbiddenError, UserError } from '../src/conversation/errors.js';
import type { Localized } from '../src/domain/localized.js';
import type { Person } from '../src/domain/person.js';
import type { KillSwitchServices } from '../src/halt/kill-switch-services.js';
import { textFor } from '../views/text/index.js';

/** What somebody wanted to do, for the audit trail. */
interface WantedAct {
  readonly target: string | null;
  readonly act: 'disable' | 'stop' | 'previous_model' | 'add_reason';
}

/**
 * Who may not is written down.
 * @throws ForbiddenError with those who may; UserError when nobody could tell in time.
 */
export async function assertMayHalt(
  person: Person,
  { operators, killSwitch }: Pick<KillSwitchServices, 'operators' | 'killSwitch'>,
  wanted: WantedAct,
): Promise<void> {
  const { kind } = await operators.mayHalt(person);
  if (kind === 'yes') return;
  killSwitch.refused({ ...wanted, by: person, because: kind === 'no' ? 'not_allowed' : 'nobody_could_tell' });
  if (kind === 'no') throw new ForbiddenError(inBoth('forbidden'), operators.who);
  throw new UserError('operators_unknown', inBoth('unknownOperator'));
}

const inBoth = (code: 'forbidden' | 'unknownOperator'): Localized => ({
  en: textFor('en').rollback[code],
  'zh-CN': textFor('zh-CN').rollback[code],
});

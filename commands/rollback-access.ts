import type { Person } from '../src/domain/check-run.js';
import type { Localized } from '../src/domain/localized.js';
import { ForbiddenError, UserError } from '../src/errors.js';
import type { RollbackServices } from '../src/rollback/rollback-services.js';
import { rollbackTextFor } from '../views/text/rollback.js';

/** @throws ForbiddenError with those who may; UserError when nobody could tell in time. */
export async function assertMayRollBack(person: Person, { operators }: RollbackServices): Promise<void> {
  const { kind } = await operators.mayRollBack(person);
  if (kind === 'yes') return;
  if (kind === 'no') throw new ForbiddenError(inBoth('forbidden'), operators.who);
  throw new UserError('operators_unknown', inBoth('unknownOperator'));
}

const inBoth = (code: 'forbidden' | 'unknownOperator'): Localized => ({
  en: rollbackTextFor('en')[code],
  'zh-CN': rollbackTextFor('zh-CN')[code],
});

import { asksForSpan } from '../checks/context/bind-parameters.js';
import type { NotReplayed } from '../domain/backtest.js';
import type { CheckDefinition } from '../runbook/check-definition.js';
import { type LookBack, lookBackOf } from '../runbook/look-back.js';
import type { Runbook } from '../runbook/runbook.js';

/** A check that can be asked about a past moment. */
export interface Replayable {
  readonly check: CheckDefinition;
  readonly lookBack: LookBack;
}

interface Sorted {
  readonly replayed: readonly Replayable[];
  readonly notReplayed: readonly NotReplayed[];
}

/**
 * Tells the checks whose statements look at windows that end at a moment from those that look at what stands now. One
 * that would see what came after its moment is none of them: its answer would be another than the one of then.
 */
export function sortChecks({ sections }: Pick<Runbook, 'sections'>): Sorted {
  const replayed: Replayable[] = [];
  const notReplayed: NotReplayed[] = [];
  for (const check of sections.flatMap((section) => section.checks)) {
    const found = replayable(check);
    if ('lookBack' in found) replayed.push({ check, lookBack: found.lookBack });
    else notReplayed.push({ id: check.id, title: check.title, ...found });
  }
  return { replayed, notReplayed };
}

function replayable({
  probe: { needs, query },
}: CheckDefinition): { readonly lookBack: LookBack } | Pick<NotReplayed, 'why' | 'tables'> {
  if (needs !== 'trading_database') return { why: needs, tables: [] };
  if (query === undefined) return { why: 'server', tables: [] };
  const { statement } = query;
  if (!statement.parameters.includes('asOf') && !asksForSpan(statement))
    return { why: 'no_window', tables: [] };
  const lookBack = lookBackOf(statement);
  return lookBack.unbounded.length > 0 ? { why: 'sees_later', tables: lookBack.unbounded } : { lookBack };
}

import type { Counts, HaltResult } from '../domain/self-test.js';
import type { OrderChange } from '../domain/unproved.js';
import { createTradingLook } from '../halt/trading-look.js';
import type { Runbook } from '../runbook/runbook.js';
import type { BaseSituation, HaltCase } from './cases-schema.js';
import type { ScratchDatabase } from './scratch-database.js';

type Orders = NonNullable<Runbook['orders']>;

interface OrderMutant {
  readonly change: OrderChange;
  readonly orders: Orders;
}

export interface HaltProof {
  readonly halts: readonly HaltResult[];
  /** How many spoiled copies of `orders` were tried. */
  readonly tried: number;
  readonly unnoticed: readonly OrderChange[];
}

/** Holds what the runbook says of orders (`orders`, which only a halt reads) against tables with a known outcome. */
export async function proveHalts(
  runbook: Pick<Runbook, 'agentId' | 'orders' | 'halt'>,
  { base, halts }: { readonly base: BaseSituation; readonly halts: readonly HaltCase[] },
  database: Pick<ScratchDatabase, 'trading' | 'arrange'>,
): Promise<HaltProof> {
  const { orders } = runbook;
  if (orders === undefined) return { halts: [], tried: 0, unnoticed: [] };
  const scope = { dryRun: base.dryRun, accountId: base.accountId };
  const countsBy = async (spoiled: Orders): Promise<Counts> => {
    const look = createTradingLook(database.trading, { ...runbook, orders: spoiled });
    if (look === undefined) throw new Error('nobody says where orders stand');
    const [resting, open] = [await look.resting(scope), await look.openEntries(scope)];
    return { resting: resting.total, open: open.total };
  };
  const mutants = mutantsOf(orders);
  const living = new Set(mutants);
  const results: HaltResult[] = [];
  for (const { name, sql, resting, open } of halts) {
    await database.arrange(sql);
    const expected = { resting, open };
    const seen = await countsBy(orders);
    const agrees = isSame(seen, expected);
    results.push({ name, expected, seen, agrees });
    for (const mutant of agrees ? living : [])
      if (!isSame(await countsBy(mutant.orders), expected)) living.delete(mutant);
  }
  return { halts: results, tried: mutants.length, unnoticed: [...living].map(({ change }) => change) };
}

const isSame = (one: Counts, other: Counts): boolean =>
  one.resting === other.resting && one.open === other.open;

/** Each word of an order's state is unknown, and each word for entries and exits another. */
function mutantsOf(orders: Orders): readonly OrderMutant[] {
  const { statuses } = orders;
  const ofStatuses = (['filled', 'over'] as const).flatMap((list) =>
    statuses[list].map((word): OrderMutant => {
      const kept = statuses[list].filter((other) => other !== word);
      const change = { kind: 'order_word', place: `statuses.${list}`, word } as const;
      return { change, orders: { ...orders, statuses: { ...statuses, [list]: kept } } };
    }),
  );
  const ofKinds = (['entry', 'exit'] as const).flatMap((list) =>
    orders[list].map((word): OrderMutant => {
      const changed = orders[list].map((other) => (other === word ? `${word}-other` : other));
      const change = { kind: 'order_word', place: list, word } as const;
      return { change, orders: { ...orders, [list]: changed } };
    }),
  );
  return [...ofStatuses, ...ofKinds];
}

import { basename } from 'node:path';
import {
  courseOfModel,
  type Promotion,
  type PromotionPolicy,
  type Soak,
  soakAsRead,
  whatLacks,
} from '../domain/promotion.js';
import type { ReleasePlan } from '../domain/release-plan.js';
import { type Refused, refused } from '../domain/release-refusal.js';
import type { Runbook } from '../runbook/runbook.js';
import { modelVariable } from '../runbook/strategy-contract.js';
import type { Target } from '../runbook/targets.js';
import type { Queryable } from '../store/queryable.js';
import { isTradingFault } from '../trading/trading-database-error.js';
import { selectKnownGood } from './store/known-good-store.js';
import { selectTargetEvents } from './store/target-events.js';
import type { ReadTraded } from './traded-entries.js';

interface PromotionParts {
  readonly runbook: Pick<Runbook, 'strategy' | 'envPrefix' | 'model'>;
  readonly targets: { readonly targets: ReadonlyMap<string, Target> };
  readonly database: Queryable;
  /** undefined: nobody can see what was traded. */
  readonly traded: ReadTraded | undefined;
}

/** A model by its content; '' where nobody knows it. `name` is for people. */
interface NamedModel {
  readonly sha256: string;
  readonly name: string;
}

/** What models have shown on the target that they are promoted from. */
export interface Promotions {
  /** @returns undefined where the target asks for nothing. */
  of(target: Target, models: readonly NamedModel[]): Promise<Promotion | undefined>;
  /** The same of the models that a plan leaves on its hosts: the one that it brings, or those that stay. */
  ofPlan(target: Target, plan: ReleasePlan): Promise<Promotion | undefined>;
  /** The same of the model that was confirmed last where models are promoted from; no soak where none was. */
  underWay(target: Target): Promise<Promotion | undefined>;
}

export function createPromotions(parts: PromotionParts): Promotions {
  const { runbook, targets, database } = parts;
  const of: Promotions['of'] = async ({ promotes, name }, models) => {
    if (promotes === undefined) return undefined;
    const from = targets.targets.get(promotes.from);
    if (from === undefined) throw new Error(`${name} is promoted from ${promotes.from}, which is no target`);
    if (parts.traded === undefined) return { ...promotes, soaks: [], unknown: 'no_orders' };
    const { traded } = parts;
    try {
      const soaks = await Promise.all(
        models.map((model) => soakOf(model, from, promotes, { ...parts, traded })),
      );
      return { ...promotes, soaks, unknown: undefined };
    } catch (error) {
      if (!isTradingFault(error)) throw error;
      return { ...promotes, soaks: [], unknown: error.code };
    }
  };
  return {
    of,
    ofPlan: (target, plan) => of(target, modelsOfPlan(plan)),
    async underWay(target) {
      if (target.promotes === undefined) return undefined;
      const subject = { strategy: runbook.strategy, target: target.promotes.from };
      const [last] = await selectKnownGood(database, subject);
      const model = last?.hosts[0]?.model;
      return of(target, model ? [{ sha256: model.sha256, name: modelName(model.path) }] : []);
    },
  };
}

/** `/models/lob_tcn_5m_1130.onnx` is called `lob_tcn_5m_1130`. */
export const modelName = (path: string): string => basename(path).replace(/\.onnx$/, '');

const SHORT_HASH = 12;

function modelsOfPlan({ model, hosts }: ReleasePlan): readonly NamedModel[] {
  if (model !== undefined) return [{ sha256: model.sha256, name: modelName(model.name) }];
  const staying = new Set(hosts.map(({ presentModelSha256 }) => presentModelSha256));
  return [...staying].map((sha256) => ({ sha256, name: sha256.slice(0, SHORT_HASH) }));
}

async function soakOf(
  { sha256, name }: NamedModel,
  from: Target,
  policy: PromotionPolicy,
  { runbook, database, traded }: PromotionParts & { readonly traded: ReadTraded },
): Promise<Soak> {
  const subject = { strategy: runbook.strategy, target: from.name };
  const events = await selectTargetEvents(database, subject, sha256, modelVariable(runbook, 'version'));
  const { spans, isConfirmed, setback } = courseOfModel(sha256, events);
  const shown = spans.length === 0 ? { hours: 0, entries: 0 } : await traded(from, spans, policy);
  return { sha256, name, isConfirmed, setback, ...shown };
}

/** What a model lacks before it may be released here, by name; what nobody knows is lacking. */
export function refuseUnlessPromoted(promotion: Promotion | undefined): Refused | undefined {
  if (promotion === undefined) return undefined;
  const { from, unknown, soaks } = promotion;
  if (unknown !== undefined || soaks.length === 0)
    return refused('promotion_unknown', { from, code: unknown ?? 'no_model' });
  const soak = whatLacks(promotion);
  if (soak === undefined) return undefined;
  const { name, setback, isConfirmed } = soak;
  return refused('not_promoted', {
    from,
    name,
    why: setback?.kind ?? (isConfirmed ? 'too_little' : 'never_confirmed'),
    run: setback?.run ?? '',
    since: setback?.at ?? '',
    ...soakAsRead(soak, promotion),
    entries: String(soak.entries),
    wantedEntries: String(promotion.entries),
  });
}

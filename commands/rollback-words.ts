import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import type { HaltKind } from '../src/domain/halt.js';

interface RollbackWords {
  /** What stands before the flags: the target. */
  readonly rest: readonly string[];
  /** undefined: only look. */
  readonly kind: HaltKind | undefined;
  readonly reason: string | undefined;
}

const KIND_OF = {
  '--disable': 'disable',
  '--stop': 'stop',
  '--previous-model': 'previous_model',
} as const satisfies Record<string, HaltKind>;
const SWITCHES = ['--disable', '--stop', '--previous-model'] as const;

/** @throws UsageError for two actions at once, or a reason without a text. */
export function parseRollbackWords(words: readonly string[]): RollbackWords {
  const { values, switches, rest } = parseFlags(words, ['--reason'], SWITCHES);
  const reasons = (values.get('--reason') ?? []).map(({ text = '' }) => text.trim());
  if (reasons.includes('')) throw new UsageError('rollback_reason_missing', {});
  const [kind, another] = [...switches].map((word) => KIND_OF[word]);
  if (another !== undefined) throw new UsageError('rollback_several_acts', {});
  return { rest, kind, reason: reasons.at(-1) };
}

import { UsageError } from '../src/conversation/errors.js';
import type { HaltKind } from '../src/domain/halt.js';

interface RollbackWords {
  /** What stands before the flags: the target. */
  readonly rest: readonly string[];
  /** undefined: only look. */
  readonly kind: HaltKind | undefined;
  readonly reason: string | undefined;
}

const KIND_OF: Readonly<Record<string, HaltKind>> = {
  '--disable': 'disable',
  '--stop': 'stop',
  '--previous-model': 'previous_model',
};

/** @throws UsageError for two actions at once, or a reason without a text. */
export function parseRollbackWords(words: readonly string[]): RollbackWords {
  const rest: string[] = [];
  const kinds = new Set<HaltKind>();
  let reason: string | undefined;
  const waiting = words.flatMap((word) =>
    word.startsWith('--reason=') ? ['--reason', word.slice(9)] : [word],
  );
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    const kind = KIND_OF[word];
    if (kind !== undefined) kinds.add(kind);
    else if (word === '--reason') {
      reason = waiting.shift()?.trim();
      if (!reason) throw new UsageError('rollback_reason_missing', {});
    } else rest.push(word);
  }
  if (kinds.size > 1) throw new UsageError('rollback_several_acts', {});
  return { rest, kind: [...kinds][0], reason };
}

import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import { withPlainDashes } from '../src/conversation/words.js';
import { targetNamed } from '../src/domain/target-named.js';
import type { Target, Targets } from '../src/runbook/targets.js';
import { durationOf } from './lock-words.js';
import { parseTarget, requireTarget } from './target-argument.js';

export const WATCH_USAGE = '[on|off] [target] [--for 2h]';

const FOR = '--for';
const ACTS = ['on', 'off'] as const;

interface WatchWords {
  readonly act: 'show' | (typeof ACTS)[number];
  readonly target: Target;
  /** undefined: until somebody switches it on. */
  readonly forMs: number | undefined;
}

/** `live`, `off live --for 2h`, `live off`: the order of target and act is free. @throws UsageError */
export function parseWatchWords(words: readonly string[], targets: Targets): WatchWords {
  const { values, rest } = parseFlags(words.map(withPlainDashes), [FOR], []);
  const [duration, another] = values.get(FOR) ?? [];
  if (another !== undefined) throw new UsageError('flag_twice', { flag: FOR });
  const isTarget = (word: string) => targetNamed(targets.targets, word) !== undefined;
  const act = ACTS.find((one) => rest.some((word) => word.toLowerCase() === one && !isTarget(word)));
  const others = act === undefined ? rest : rest.filter((word) => word.toLowerCase() !== act);
  const [first] = others;
  // Of a slip in a name the nearest one is said, be it an act.
  if (first !== undefined && !first.startsWith('-'))
    requireTarget(first, targets, act === undefined ? ACTS : []);
  const target = parseTarget(others, targets, WATCH_USAGE);
  if (duration !== undefined && act !== 'off') throw new UsageError('unknown_word', { word: FOR });
  return { act: act ?? 'show', target, forMs: duration && durationOf(duration.text ?? '') };
}

import { UsageError } from '../src/conversation/errors.js';
import { GLOBAL_OPTIONS } from '../src/conversation/subcommand.js';
import { withPlainDashes } from '../src/conversation/words.js';
import { nearestWord } from '../src/domain/spelling.js';
import { nameBegun, targetNamed } from '../src/domain/target-named.js';
import type { Target, Targets } from '../src/runbook/targets.js';

/**
 * The one word `[target]`; the default target without it.
 * @throws UsageError with the nearest name for an unknown target, or for a word too many.
 */
export function parseTarget(words: readonly string[], targets: Targets, usage: string): Target {
  const [name = targets.defaultTarget, extra] = words;
  rejectOptions(words, usage);
  rejectWords(extra === undefined ? [] : [extra], usage);
  return requireTarget(name, targets);
}

/** @param others what may stand in a target's place, for the nearest name. @throws UsageError for an unknown target. */
export function requireTarget(name: string, targets: Targets, others: readonly string[] = []): Target {
  const target =
    targetNamed(targets.targets, name) ??
    targetNamed(targets.targets, nameBegun(name, targets.everyName) ?? '');
  if (target !== undefined) return target;
  const known = [...targets.everyName, ...others];
  const nearest = nearestWord(name, known);
  throw new UsageError('unknown_target', { name, known: known.join(', '), nearest });
}

/** An option that the usage does not name is called one, whatever else would be expected in its place. @throws UsageError */
function rejectOptions(words: readonly string[], usage: string): void {
  const flag = words.map(withPlainDashes).find((word) => /^--?[a-z]/i.test(word));
  if (flag === undefined) return;
  const known = [...(usage.match(/--[a-z-]+/g) ?? []), ...GLOBAL_OPTIONS];
  throw new UsageError('unknown_option', { flag, nearest: nearestWord(flag, known) });
}

/** For a subcommand that takes no word. @throws UsageError */
export function rejectWords([extra]: readonly string[], usage: string): void {
  if (extra !== undefined) rejectOptions([extra], usage);
  if (extra !== undefined) throw new UsageError('too_many_words', { word: extra, usage });
}

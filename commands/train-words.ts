import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import { targetNamed } from '../src/domain/target-named.js';

interface TrainWords {
  readonly horizon: string;
  /** For which the model is trained and judged; undefined: the runbook says. */
  readonly target: string | undefined;
  readonly lookbackHours: number | undefined;
  /** Why to train although the data checks do not pass. */
  readonly overrideReason: string | undefined;
}

/**
 * @param known the horizons that can be trained, for the message
 * @param targets the strategy's
 * @throws UsageError for words that do not fit
 */
export function parseTrainWords(
  words: readonly string[],
  known: readonly string[],
  targets: readonly string[] = [],
): TrainWords {
  const { values, rest } = parseFlags(words, ['--lookback-hours', '--despite-checks']);
  const last = (flag: '--lookback-hours' | '--despite-checks') => {
    const value = values.get(flag)?.at(-1);
    return value && (value.text ?? '').trim();
  };
  const [horizon, second, third] = rest;
  const target = targetNamed(new Map(targets.map((name) => [name, name])), second ?? '');
  const unexpected = rest.find((word) => word.startsWith('--')) ?? (target === undefined ? second : third);
  if (unexpected !== undefined) throw new UsageError('unknown_word', { word: unexpected });
  if (horizon === undefined) throw new UsageError('horizon_missing', { known: known.join(', ') });
  const overrideReason = last('--despite-checks');
  if (overrideReason === '') throw new UsageError('override_reason_missing', {});
  return { horizon, target, lookbackHours: hoursOf(last('--lookback-hours')), overrideReason };
}

/** What is no whole number stays one that no runbook allows, so that the answer names the range. */
function hoursOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';

interface TrainWords {
  readonly horizon: string;
  readonly lookbackHours: number | undefined;
  /** Why to train although the data checks do not pass. */
  readonly overrideReason: string | undefined;
}

/** @param known the horizons that can be trained, for the message. @throws UsageError for words that do not fit */
export function parseTrainWords(words: readonly string[], known: readonly string[]): TrainWords {
  const { values, rest } = parseFlags(words, ['--lookback-hours', '--despite-checks']);
  const last = (flag: '--lookback-hours' | '--despite-checks') => {
    const value = values.get(flag)?.at(-1);
    return value && (value.text ?? '').trim();
  };
  const [horizon, extra] = rest;
  const unexpected = rest.find((word) => word.startsWith('--')) ?? extra;
  if (unexpected !== undefined) throw new UsageError('unknown_word', { word: unexpected });
  if (horizon === undefined) throw new UsageError('horizon_missing', { known: known.join(', ') });
  const overrideReason = last('--despite-checks');
  if (overrideReason === '') throw new UsageError('override_reason_missing', {});
  return { horizon, lookbackHours: hoursOf(last('--lookback-hours')), overrideReason };
}

/** What is no whole number stays one that no runbook allows, so that the answer names the range. */
function hoursOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

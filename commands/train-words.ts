import { UsageError } from '../src/conversation/errors.js';

interface TrainWords {
  readonly horizon: string;
  readonly lookbackHours: number | undefined;
  /** Why to train although the data checks do not pass. */
  readonly overrideReason: string | undefined;
}

const FLAGS = ['--lookback-hours', '--despite-checks'] as const;
type Flag = (typeof FLAGS)[number];

/** @param known the horizons that can be trained, for the message. @throws UsageError for words that do not fit */
export function parseTrainWords(words: readonly string[], known: readonly string[]): TrainWords {
  const rest: string[] = [];
  const values = new Map<Flag, string>();
  const waiting = words.flatMap(splitFlag);
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    const flag = FLAGS.find((candidate) => candidate === word);
    if (flag !== undefined) values.set(flag, waiting.shift()?.trim() ?? '');
    else rest.push(word);
  }
  const [horizon, extra] = rest;
  const unexpected = rest.find((word) => word.startsWith('--')) ?? extra;
  if (unexpected !== undefined) throw new UsageError('unknown_word', { word: unexpected });
  if (horizon === undefined) throw new UsageError('horizon_missing', { known: known.join(', ') });
  const overrideReason = values.get('--despite-checks');
  if (overrideReason === '') throw new UsageError('override_reason_missing', {});
  return { horizon, lookbackHours: hoursOf(values.get('--lookback-hours')), overrideReason };
}

/** `--flag=value` as two words. */
function splitFlag(word: string): readonly string[] {
  const flag = FLAGS.find((candidate) => word.startsWith(`${candidate}=`));
  return flag === undefined ? [word] : [flag, word.slice(flag.length + 1)];
}

/** What is no whole number stays one that no runbook allows, so that the answer names the range. */
function hoursOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,6}$/.test(text) ? Number(text) : 0;
}

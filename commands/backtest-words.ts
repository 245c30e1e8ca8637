import { readParameter } from '../src/backtest/change-parameters.js';
import { sortChecks } from '../src/backtest/replayable.js';
import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import { withPlainDashes } from '../src/conversation/words.js';
import { BACKTEST_LIMITS, type BacktestWish, type ParameterValue } from '../src/domain/backtest.js';
import { nearestWord } from '../src/domain/spelling.js';
import type { Runbook } from '../src/runbook/runbook.js';
import type { Target, Targets } from '../src/runbook/targets.js';
import { parseTarget } from './target-argument.js';

export const BACKTEST_USAGE =
  '[target] [--days 30] [--every 1h] [--set NAME=VALUE]… [--checks ID,…] [--csv FILE] [--propose]';

const DAYS = '--days';
const EVERY = '--every';
const SET = '--set';
const CHECKS = '--checks';
const CSV = '--csv';
const PROPOSE = '--propose';

interface BacktestWords {
  readonly target: Target;
  readonly wish: BacktestWish;
  /** Where each moment of each check is written; undefined: nowhere. */
  readonly csv: string | undefined;
  readonly propose: boolean;
}

/** Pairs and ids may stand behind one flag, or behind one each. @throws UsageError */
export function parseBacktestWords(
  words: readonly string[],
  { runbook, targets }: { readonly runbook: Runbook; readonly targets: Targets },
): BacktestWords {
  const { values, switches, rest } = parseFlags(
    words.map(withPlainDashes),
    [DAYS, EVERY, SET, CHECKS, CSV],
    [PROPOSE],
  );
  const given = (flag: Parameters<typeof values.get>[0]) =>
    (values.get(flag) ?? []).map(({ text }) => {
      if (text === undefined || text === '') throw new UsageError('flag_needs_value', { flag });
      return text;
    });
  const one = (flag: Parameters<typeof values.get>[0]) => {
    const [text, another] = given(flag);
    if (another !== undefined) throw new UsageError('flag_twice', { flag });
    return text;
  };
  const pairs = [...given(SET), ...(values.has(SET) ? rest.filter(isPair) : [])];
  const known = checkNames(runbook);
  const isName = (word: string) => values.has(CHECKS) && known.has(word.replace(/,$/, ''));
  const names = [...given(CHECKS), ...rest.filter(isName)].flatMap((text) => text.split(','));
  const others = rest.filter((word) => !(values.has(SET) && isPair(word)) && !isName(word));
  const target = parseTarget(others, targets, BACKTEST_USAGE);
  const set: Record<string, ParameterValue> = {};
  for (const pair of pairs) {
    const { name, value } = readParameter(pair, runbook.params);
    set[name] = value;
  }
  const days = daysOf(one(DAYS));
  const everySecs = everyOf(one(EVERY));
  const { moments } = BACKTEST_LIMITS;
  if ((days * 86_400) / everySecs > moments) throw new UsageError('backtest_moments', { most: moments });
  const checks = checksOf(names, known);
  const wish = { target: target.name, days, everySecs, set, checks };
  return { target, wish, csv: one(CSV), propose: switches.has(PROPOSE) };
}

const isPair = (word: string): boolean => /^[A-Za-z]\w*=/.test(word);

function daysOf(text = '30'): number {
  const days = /^\d{1,3}d?$/.test(text) ? Number.parseInt(text, 10) : 0;
  const { days: most } = BACKTEST_LIMITS;
  if (days < 1 || days > most) throw new UsageError('backtest_days', { most });
  return days;
}

const UNIT_SECS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };
const MOST_EVERY_DAYS = 7;

function everyOf(text = '1h'): number {
  const [, count = '0', unit = ''] = /^(\d{1,6}) ?(s|m|min|h|d)$/i.exec(text.trim()) ?? [];
  const secs = Number(count) * (UNIT_SECS[unit.toLowerCase()] ?? 0);
  const { leastEverySecs } = BACKTEST_LIMITS;
  if (secs < leastEverySecs || secs > MOST_EVERY_DAYS * 86_400)
    throw new UsageError('backtest_every', { leastSecs: leastEverySecs, mostDays: MOST_EVERY_DAYS });
  return secs;
}

/** The ids that a word means: a check's own, or those of a section. */
function checkNames(runbook: Runbook): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { check } of sortChecks(runbook).replayed) {
    names.set(check.id, [check.id]);
    names.set(check.section, [...(names.get(check.section) ?? []), check.id]);
  }
  return names;
}

function checksOf(
  names: readonly string[],
  known: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const ids = names
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .flatMap((name) => {
      const meant = known.get(name);
      if (meant !== undefined) return meant;
      throw new UsageError('unknown_check', { name, nearest: nearestWord(name, [...known.keys()]) });
    });
  return [...new Set(ids)];
}

import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import { withPlainDashes } from '../src/conversation/words.js';
import { nearestWord } from '../src/domain/spelling.js';
import type { Target, Targets } from '../src/runbook/targets.js';
import { parseTarget, requireTarget } from './target-argument.js';

export const LOCK_USAGE = 'target|--all [--for 2h] REASON';
export const UNLOCK_USAGE = '[target | --all]';

const ALL = '--all';
const FOR = '--for';

interface LockWords {
  /** undefined: all targets. */
  readonly target: Target | undefined;
  /** undefined: until somebody unlocks. */
  readonly forMs: number | undefined;
  readonly reason: string;
}

/**
 * The first word is a target, never part of the reason: a slip in the name must not lock another target.
 * @throws UsageError
 */
export function parseLockWords(words: readonly string[], targets: Targets): LockWords {
  const { values, switches, rest } = parseFlags(words.map(withPlainDashes), [FOR], [ALL]);
  const unknown = rest.find((word) => /^--./.test(word));
  if (unknown !== undefined) {
    const nearest = nearestWord(unknown, [ALL, FOR]);
    throw new UsageError('unknown_option', { flag: unknown, nearest });
  }
  const isAll = switches.has(ALL);
  const [first, ...others] = rest;
  if (!isAll && first === undefined)
    throw new UsageError('lock_target_missing', { known: everyNameOf(targets) });
  const target = isAll || first === undefined ? undefined : requireTarget(first, targets, [ALL]);
  const [duration, another] = values.get(FOR) ?? [];
  if (another !== undefined) throw new UsageError('flag_twice', { flag: FOR });
  const forMs = duration && durationOf(duration.text ?? '');
  const reason = (isAll ? rest : others).join(' ').trim();
  if (reason === '') throw new UsageError('lock_reason_missing', {});
  return { target, forMs, reason };
}

/** @returns undefined: all targets. @throws UsageError */
export function parseUnlockWords(words: readonly string[], targets: Targets): Target | undefined {
  const { switches, rest } = parseFlags(words.map(withPlainDashes), [], [ALL]);
  if (!switches.has(ALL)) return parseTarget(rest, targets, UNLOCK_USAGE);
  const [extra] = rest;
  if (extra !== undefined) throw new UsageError('too_many_words', { word: extra, usage: UNLOCK_USAGE });
  return undefined;
}

const everyNameOf = ({ everyName }: Targets): string => [...everyName, ALL].join(', ');

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A longer lock is one without an end. */
const MOST_MS = 90 * 86_400_000;

/** @throws UsageError */
export function durationOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/i.exec(text.trim()) ?? [];
  const ms = Number(count) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  if (ms > 0 && ms <= MOST_MS) return ms;
  throw new UsageError('lock_duration', { duration: text });
}

import { distance } from 'fastest-levenshtein';
import { UsageError } from '../src/conversation/errors.js';
import type { HaltKind } from '../src/domain/halt.js';
import { targetNamed } from '../src/domain/target-named.js';
import type { Target, Targets } from '../src/runbook/targets.js';
import { parseTarget, requireTarget } from './target-argument.js';

interface RollbackWords {
  /** What stands before the flags: the target. */
  readonly rest: readonly string[];
  /** undefined: only look. */
  readonly kind: HaltKind | undefined;
  readonly reason: string | undefined;
  /** Every target at once. */
  readonly isAll: boolean;
}

type Known = Pick<Targets, 'targets' | 'defaultTarget' | 'everyName'>;

/** Phones make one long dash of two, and Slack keeps it. */
const DASHES = /^[-\u2010-\u2015\u2212\uFE58\uFF0D]+/;
const MENTION = /^(<@[^<>]*>|@\S+)$/;
const NAME = 'rollback';
const ALL = 'all';

/**
 * What somebody who rolls back has typed. In the safe direction a word that is nearly right is right: dashes, capitals,
 * a slip of the keys and the order do not matter. A reason that is missing stops no halt, and what fits nothing is part of it.
 * @param isTarget tells the names of targets from other words
 * @throws UsageError for two actions at once, or a reason without a text where nothing is asked for.
 */
export function parseRollbackWords(
  words: readonly string[],
  isTarget: (word: string) => boolean = () => true,
): RollbackWords {
  const heard = oneWord(words, isTarget).reduce(hear, NOTHING);
  const acts = ACTS_HEARD.map((how) => [...new Set(heard[how])]).find((kinds) => kinds.length > 0) ?? [];
  const [kind, another] = acts;
  if (another !== undefined) throw new UsageError('rollback_several_acts', {});
  const given = heard.reasons.map((text) => text.trim()).filter((text) => text !== '');
  const isMissing = given.length < heard.reasons.length || heard.isReasonNext;
  if (isMissing && kind === undefined) throw new UsageError('rollback_reason_missing', {});
  const more = given.length === 0 ? [] : heard.later.filter((word) => !isTarget(word));
  const reason = [...given.slice(-1), ...more].join(' ');
  const rest = [...heard.rest, ...heard.later.filter((word) => !more.includes(word))];
  const [only, ...others] = rest.map((word) => word.toLowerCase());
  const isAll = heard.isAll || (only === ALL && others.length === 0 && !isTarget(ALL));
  return { rest, kind, reason: reason === '' ? undefined : reason, isAll };
}

/** Whether the words ask for a halt, also where the name of the subcommand is wrong, or not the first. */
export function asksToHalt(words: readonly string[]): boolean {
  const { exact, near, bare } = oneWord(words, () => false).reduce(hear, NOTHING);
  return [...exact, ...near, ...bare].some((kind) => kind !== 'previous_model');
}

/**
 * What is to be halted. A word that is nearly the name of one target alone is that target; what else was said is the reason.
 * @throws UsageError where it could be another target.
 */
export function targetToHalt(
  { rest, kind, reason }: RollbackWords,
  targets: Known,
  usage: string,
): { readonly target: Target; readonly reason: string | undefined } {
  const said = rest.filter((word) => word.replace(DASHES, '') !== '');
  const isSafe = kind !== undefined && kind !== 'previous_model';
  const named = said.filter((word) => targetNamed(targets.targets, word) !== undefined);
  const found = new Set(named.map((word) => word.toLowerCase()));
  const isFlag = said.some((word) => DASHES.test(word));
  if (!isSafe || isFlag || found.size > 1 || said.length === 0)
    return { target: parseTarget(said, targets as Targets, usage), reason };
  const [word = ''] = named.length > 0 ? named : said.filter((one) => slipOf(one, targets) !== undefined);
  const target = requireTarget(slipOf(word, targets) ?? (word || (said[0] ?? '')), targets as Targets);
  const others = said.filter((one) => one !== word).join(' ');
  return { target, reason: reason ?? (others === '' ? undefined : others) };
}

/** The one target of which a word is a slip; names that differ in their numbers are different names. */
function slipOf(word: string, { targets }: Known): string | undefined {
  const small = word.toLowerCase();
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).join();
  const near = [...targets.keys()].filter((name) => {
    const slips = Math.min(2, Math.floor(name.length / 2));
    return distance(small, name) <= slips && numbers(small) === numbers(name);
  });
  return targets.has(small) ? small : near.length === 1 ? near[0] : undefined;
}

/** `stop entries` is one act: stopping the service would end the exits too. */
function oneWord(words: readonly string[], isTarget: (word: string) => boolean): readonly string[] {
  const end = words.findIndex(
    (word) => DASHES.test(word) && isSlip(plainOf(word).split('=')[0] ?? '', 'reason'),
  );
  return words.flatMap((word, index) => {
    if (end !== -1 && index > end) return [word];
    const [before = '', after = ''] = [words[index - 1], words[index + 1]];
    if (isStop(before) && isEntries(word) && !isTarget(word)) return [];
    return isStop(word) && isEntries(after) && !isTarget(after) ? [`${word}-entries`] : [word];
  });
}

const plainOf = (word: string): string => word.replace(DASHES, '').toLowerCase();
const isStop = (word: string): boolean => isSlip(plainOf(word), 'stop');
const isEntries = (word: string): boolean => isSlip(plainOf(word), 'entries');

const ACTS_HEARD = ['exact', 'near', 'bare'] as const;

interface Heard extends Readonly<Record<(typeof ACTS_HEARD)[number], readonly HaltKind[]>> {
  /** Before and after the first reason. */
  readonly rest: readonly string[];
  readonly later: readonly string[];
  readonly reasons: readonly string[];
  readonly isReasonNext: boolean;
  readonly isAll: boolean;
}

const NOTHING: Heard = {
  exact: [],
  near: [],
  bare: [],
  rest: [],
  later: [],
  reasons: [],
  isReasonNext: false,
  isAll: false,
};

function hear(heard: Heard, word: string): Heard {
  if (heard.isReasonNext) return { ...heard, reasons: [...heard.reasons, word], isReasonNext: false };
  if (MENTION.test(word)) return heard;
  const isFlag = DASHES.test(word);
  const [name = '', ...value] = word.replace(DASHES, '').split('=');
  const plain = name.toLowerCase().replace(/[.,;:!?]+$/, '');
  if (isFlag && isSlip(plain, 'reason')) {
    const inline = value.length === 0 ? [] : [value.join('=')];
    return { ...heard, reasons: [...heard.reasons, ...inline], isReasonNext: inline.length === 0 };
  }
  if (isFlag && plain === ALL) return { ...heard, isAll: true };
  // In a reason that nobody has quoted, words are words.
  const isReason = heard.reasons.length > 0 && !isFlag;
  const kind = isReason ? undefined : actOf(plain, isFlag);
  if (kind !== undefined) {
    const how = !isFlag ? 'bare' : EXACT[plain] === kind ? 'exact' : 'near';
    return { ...heard, [how]: [...heard[how], kind] };
  }
  if (!isReason && !isFlag && isSlip(plain, NAME)) return heard;
  return heard.reasons.length > 0
    ? { ...heard, later: [...heard.later, word] }
    : { ...heard, rest: [...heard.rest, word] };
}

const EXACT: Readonly<Record<string, HaltKind>> = {
  disable: 'disable',
  stop: 'stop',
  'previous-model': 'previous_model',
  'stop-entries': 'stop_entries',
};

/** Only the safe direction is guessed. */
function actOf(word: string, isFlag: boolean): HaltKind | undefined {
  if (Object.hasOwn(EXACT, word) && (isFlag || word !== 'previous-model')) return EXACT[word];
  return (['disable', 'stop', 'stop-entries'] as const)
    .filter((name) => isSlip(word.replaceAll('_', '-'), name))
    .map((name) => EXACT[name])[0];
}

/** Short words are many: of them only a swap of two letters, or a letter typed twice, is a slip. */
function isSlip(word: string, name: string): boolean {
  if (name.length > 5) return distance(word, name) <= 2;
  const isSwapped = [...word].sort().join('') === [...name].sort().join('') && word[0] === name[0];
  return isSwapped || word.replace(/(.)\1+/g, '$1') === name;
}

import { distance } from 'fastest-levenshtein';
import { UsageError } from '../src/conversation/errors.js';
import type { HaltKind } from '../src/domain/halt.js';
import { nameSlipped, targetNamed } from '../src/domain/target-named.js';
import type { Target, Targets } from '../src/runbook/targets.js';
import {
  ALSO_ENTRIES,
  asIfTyped,
  HARMLESS_FLAGS,
  isAllWord,
  isBeforeEntries,
  isItsName,
  isMoreOfAll,
  meantBy,
} from './rollback-synonyms.js';
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
  const [only = '', ...others] = rest;
  const isAll = heard.isAll || (isAllWord(only) && others.every(isMoreOfAll) && !isTarget(only));
  return { rest, kind, reason: reason === '' ? undefined : reason, isAll };
}

/** Further back such words are words of a sentence about something else. */
const FIRST_WORDS = 3;

/** Whether the words ask for a halt, also where the name of the subcommand is wrong, or not the first. */
export function asksToHalt(words: readonly string[]): boolean {
  const { exact, near, bare } = oneWord(words, () => false).reduce(hear, NOTHING);
  const { meant } = oneWord(words.slice(0, FIRST_WORDS), () => false).reduce(hear, NOTHING);
  return [...exact, ...near, ...bare, ...meant].some((kind) => kind !== 'previous_model');
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
  const isSafe = kind !== undefined && kind !== 'previous_model';
  const isSaid = (word: string) =>
    plainOf(word) !== '' && !(isSafe && DASHES.test(word) && HARMLESS_FLAGS.has(plainOf(word)));
  const said = rest.filter(isSaid);
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

/** Of what was not understood: every target that is named, so that no button is another one's; the default one where none is. */
export function targetsToShow(
  words: readonly string[],
  { targets, defaultTarget }: Pick<Targets, 'targets' | 'defaultTarget'>,
): readonly Target[] {
  const said = words.flatMap((word) => asIfTyped(word).split(/[,;=]/));
  const named = new Set(said.flatMap((word) => targetNamed(targets, word) ?? []));
  return named.size > 0 ? [...named] : [targets.get(defaultTarget) ?? []].flat();
}

const slipOf = (word: string, { targets }: Known) => nameSlipped(word, [...targets.keys()]);

/** `stop entries` is one act: stopping the service would end the exits too. */
function oneWord(words: readonly string[], isTarget: (word: string) => boolean): readonly string[] {
  const end = words.findIndex(
    (word) => DASHES.test(asIfTyped(word)) && isSlip(plainOf(word).split('=')[0] ?? '', 'reason'),
  );
  const typed = words.map((word, index) => (end !== -1 && index > end ? word : asIfTyped(word)));
  const acts = end === -1 ? typed : typed.slice(0, end + 1);
  const joined: string[] = [];
  for (let index = 0; index < acts.length; index += 1) {
    const word = acts[index] ?? '';
    const next = isBeforeEntries(acts[index + 1] ?? '') ? index + 2 : index + 1;
    const entries = acts[next] ?? '';
    const isOne = isStop(word) && isEntries(entries) && !isTarget(entries);
    joined.push(isOne ? `${word}-entries` : word);
    if (isOne) index = next;
  }
  return [...joined, ...typed.slice(acts.length)];
}

const plainOf = (word: string): string => asIfTyped(word).replace(DASHES, '').toLowerCase();
const isStop = (word: string): boolean => isSlip(plainOf(word), 'stop');
const isEntries = (word: string): boolean =>
  isSlip(plainOf(word), 'entries') || ALSO_ENTRIES.has(plainOf(word));

/** The one that says it best counts. */
const ACTS_HEARD = ['exact', 'near', 'bare', 'meant'] as const;

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
  meant: [],
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
  if (isFlag && isAllWord(plain)) return { ...heard, isAll: true };
  // Other tools have a flag for it; what follows is the target's name.
  if (isFlag && plain === 'target')
    return { ...heard, rest: [...heard.rest, ...value.filter((one) => one !== '')] };
  // In a reason that nobody has quoted, words are words.
  const isReason = heard.reasons.length > 0 && !isFlag;
  const kind = isReason ? undefined : actOf(plain, isFlag);
  if (kind !== undefined) {
    const how = !isFlag ? 'bare' : EXACT[plain] === kind ? 'exact' : 'near';
    return { ...heard, [how]: [...heard[how], kind] };
  }
  const meant = isReason ? undefined : meantBy(plain);
  if (meant !== undefined) return { ...heard, meant: [...heard.meant, meant] };
  if (!isReason && !isFlag && (isSlip(plain, NAME) || isItsName(plain))) return heard;
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

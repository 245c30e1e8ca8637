import { UsageError } from '../src/conversation/errors.js';
import { nearestWord } from '../src/conversation/spelling.js';
import type { DeployWish } from '../src/domain/deploy-wish.js';

/** What somebody typed in a terminal. */
export interface DeployWords {
  readonly targetWords: readonly string[];
  readonly wish: DeployWish;
  /** Shows the plan and stops. */
  readonly planOnly: boolean;
  readonly acknowledged: readonly string[];
}

export const DEPLOY_USAGE =
  '[target] [--model FILE --model-version V] [--binary FILE] [--set KEY=VALUE]… --reason TEXT [--acknowledge NAME]… [--plan]';

const VALUED = ['--model', '--model-version', '--binary', '--set', '--reason', '--acknowledge'];

/** @throws UsageError for an unknown flag, a flag without its value, or one that stands twice. */
export function parseDeployWords(words: readonly string[]): DeployWords {
  const values = new Map<string, string[]>();
  const targetWords: string[] = [];
  let planOnly = false;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [flag = '', inline] = splitFlag(word);
    if (word === '--plan') planOnly = true;
    else if (!word.startsWith('--')) targetWords.push(word);
    else if (!VALUED.includes(flag)) throw unknownFlag(flag);
    else {
      const value = inline ?? words[++index];
      if (value === undefined || (inline === undefined && value.startsWith('--')))
        throw new UsageError('flag_needs_value', { flag });
      values.set(flag, [...(values.get(flag) ?? []), value]);
    }
  }
  const one = (flag: string): string | undefined => {
    const [first, second] = values.get(flag) ?? [];
    if (second !== undefined) throw new UsageError('flag_twice', { flag });
    return first;
  };
  return {
    targetWords,
    planOnly,
    acknowledged: values.get('--acknowledge') ?? [],
    wish: {
      model: one('--model'),
      modelVersion: one('--model-version'),
      binary: one('--binary'),
      settings: readSettings(values.get('--set') ?? []),
      reason: one('--reason') ?? '',
    },
  };
}

/** `--flag=value` in one word. */
function splitFlag(word: string): readonly [string, string | undefined] {
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
  return flag === undefined ? [word, undefined] : [flag, value];
}

function readSettings(pairs: readonly string[]): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new UsageError('not_a_pair', { pair });
    const name = pair.slice(0, equals);
    if (name in settings) throw new UsageError('flag_twice', { flag: `--set ${name}` });
    settings[name] = pair.slice(equals + 1);
  }
  return settings;
}

function unknownFlag(flag: string): UsageError<'unknown_flag'> {
  const nearest = nearestWord(flag, [...VALUED, '--plan']);
  return new UsageError('unknown_flag', { flag, nearest });
}

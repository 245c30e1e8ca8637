import { UsageError } from '../src/conversation/errors.js';
import { parseFlags } from '../src/conversation/flags.js';
import type { DeployWish } from '../src/domain/deploy-wish.js';
import { nearestWord } from '../src/domain/spelling.js';

/** What somebody typed in a terminal. */
export interface DeployWords {
  readonly targetWords: readonly string[];
  readonly wish: DeployWish;
  /** Shows the plan and stops. */
  readonly planOnly: boolean;
  readonly acknowledged: readonly string[];
  /** In the place of the request that waits. */
  readonly supersedes: boolean;
  /** What is said to a release that does not get on; undefined: nothing. */
  readonly stuck: StuckWord | undefined;
}

export type StuckWord =
  | { readonly kind: 'give_up'; readonly host: string }
  | { readonly kind: 'retry_put_back' | 'looked' };

export const DEPLOY_USAGE =
  '[target] [--model FILE --model-version V] [--binary FILE] [--set KEY=VALUE]… --reason TEXT [--acknowledge NAME]… [--supersede] [--plan | --confirm | --give-up HOST | --retry-put-back | --looked]';

const FLAGS = [
  '--model',
  '--model-version',
  '--binary',
  '--set',
  '--reason',
  '--acknowledge',
  '--give-up',
] as const;

const SWITCHES = ['--plan', '--confirm', '--supersede', '--retry-put-back', '--looked'] as const;

/** @throws UsageError for an unknown flag, a flag without its value, or one that stands twice. */
export function parseDeployWords(words: readonly string[]): DeployWords {
  const { values, switches, rest } = parseFlags(words, FLAGS, SWITCHES);
  const unknown = rest.find((word) => word.startsWith('--'));
  if (unknown !== undefined) throw unknownFlag(unknown.split('=')[0] ?? '');
  const all = (flag: (typeof FLAGS)[number]): readonly string[] =>
    (values.get(flag) ?? []).map(({ text, isInline }) => {
      if (text === undefined || (!isInline && text.startsWith('--')))
        throw new UsageError('flag_needs_value', { flag });
      return text;
    });
  const one = (flag: (typeof FLAGS)[number]): string | undefined => {
    const [first, second] = all(flag);
    if (second !== undefined) throw new UsageError('flag_twice', { flag });
    return first;
  };
  return {
    targetWords: rest,
    planOnly: switches.has('--plan'),
    acknowledged: all('--acknowledge'),
    supersedes: switches.has('--supersede'),
    stuck: stuckWord(one('--give-up'), switches),
    wish: {
      model: one('--model'),
      modelVersion: one('--model-version'),
      binary: one('--binary'),
      settings: readSettings(all('--set')),
      reason: one('--reason') ?? '',
    },
  };
}

function stuckWord(host: string | undefined, switches: ReadonlySet<string>): StuckWord | undefined {
  if (host !== undefined) return { kind: 'give_up', host };
  if (switches.has('--retry-put-back')) return { kind: 'retry_put_back' };
  return switches.has('--looked') ? { kind: 'looked' } : undefined;
}

function readSettings(pairs: readonly string[]): Readonly<Record<string, string>> {
  const settings = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new UsageError('not_a_pair', { pair });
    const name = pair.slice(0, equals);
    if (settings.has(name)) throw new UsageError('flag_twice', { flag: `--set ${name}` });
    settings.set(name, pair.slice(equals + 1));
  }
  return Object.fromEntries(settings);
}

function unknownFlag(flag: string): UsageError<'unknown_option'> {
  const nearest = nearestWord(flag, [...FLAGS, ...SWITCHES]);
  return new UsageError('unknown_option', { flag, nearest });
}

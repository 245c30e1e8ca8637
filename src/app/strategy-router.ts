import { z } from 'zod';
import { UsageError } from '../conversation/errors.js';
import type { Click, Subcommand, Submission } from '../conversation/subcommand.js';
import { nameBegun, nameSlipped, targetNamed } from '../domain/target-named.js';
import type { Target } from '../runbook/targets.js';

/** What routing needs to know of one strategy's use cases. */
export interface RoutedServices {
  readonly targets: {
    readonly defaultTarget: string;
    readonly targets: ReadonlyMap<string, Pick<Target, 'name'>>;
  };
}

interface RouterOptions<Services> {
  /** The first one is the default target's. */
  readonly strategies: readonly Services[];
  /** Which of them an id of the bot's database belongs to, by the name of a target; undefined: nobody knows it. */
  readonly targetOf: (id: string) => Promise<string | undefined>;
}

const naming = z.object({ target: z.string() });
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/**
 * Subcommands of which each gets the use cases of the strategy that it is about: that of the target which its words, its
 * button or its modal name, or to which the run, request, release, halt or training belongs that they name; else that of
 * the default target. Where there is one strategy alone nothing is asked.
 */
export function routeByStrategy<Services extends RoutedServices>(
  subcommands: readonly Subcommand<Services>[],
  options: RouterOptions<Services>,
): readonly Subcommand<Services>[] {
  if (options.strategies.length < 2) return subcommands;
  const of = (texts: readonly (string | undefined)[], isForgiving = false) =>
    servicesFor(
      texts.flatMap((text) => text ?? []),
      options,
      isForgiving,
    );
  return subcommands.map((subcommand) => ({
    ...subcommand,
    run: async (words, conversation, services) =>
      subcommand.run(
        words,
        conversation,
        (await of(words, subcommand.hears !== undefined)) ??
          withoutTarget(subcommand, options.strategies) ??
          services,
      ),
    actions: mapValues(
      subcommand.actions,
      (act) => async (click: Click, services: Services) =>
        act(click, (await of([click.value, click.modal?.privateMetadata])) ?? services),
    ),
    submissions: mapValues(
      subcommand.submissions,
      (submit) => async (submission: Submission, services: Services) =>
        submit(submission, (await of([submission.privateMetadata])) ?? services),
    ),
  }));
}

/** The only strategy that it can be about. @throws UsageError where there are several */
function withoutTarget<Services extends RoutedServices>(
  { concerns }: Subcommand<Services>,
  strategies: readonly Services[],
): Services | undefined {
  if (concerns === undefined) return undefined;
  const [only, ...others] = strategies.filter(concerns);
  if (only === undefined || others.length === 0) return only;
  const known = [only, ...others].flatMap(({ targets }) => [...targets.targets.keys()]);
  throw new UsageError('which_target', { known: known.join(', ') });
}

/** A target that is named is found without waiting: a halt is under way at once. */
function servicesFor<Services extends RoutedServices>(
  texts: readonly string[],
  { strategies, targetOf }: RouterOptions<Services>,
  isForgiving: boolean,
): Services | undefined | Promise<Services | undefined> {
  const withTarget = (name: string | undefined) =>
    name === undefined
      ? undefined
      : strategies.find(({ targets }) => targetNamed(targets.targets, name) !== undefined);
  const names = strategies.flatMap(({ targets }) => [...targets.targets.keys()]);
  // A whole name anywhere counts before the beginning of one, which may be a word of a reason.
  const found =
    firstKnown(texts, (text) => withTarget(text) ?? withTarget(targetIn(text))) ??
    firstKnown(texts, (text) => withTarget(nameBegun(text, names))) ??
    firstKnown(isForgiving ? beforeReason(texts) : [], (text) => withTarget(nameSlipped(text, names)));
  if (found !== undefined) return found;
  const ids = texts.flatMap((text) => text.match(UUID) ?? []);
  return ids.length === 0 ? undefined : firstOf(ids);

  async function firstOf([id, ...others]: readonly string[]): Promise<Services | undefined> {
    if (id === undefined) return undefined;
    return withTarget(await targetOf(id).catch(() => undefined)) ?? firstOf(others);
  }
}

/** What people say why may be nearly any name. */
function beforeReason(words: readonly string[]): readonly string[] {
  const end = words.findIndex((word) => /^\p{Pd}+reason/iu.test(word));
  return end === -1 ? words : words.slice(0, end);
}

function firstKnown<T>(texts: readonly string[], find: (text: string) => T | undefined): T | undefined {
  for (const text of texts) {
    const found = find(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

function targetIn(text: string): string | undefined {
  try {
    return naming.safeParse(JSON.parse(text)).data?.target;
  } catch {
    return undefined;
  }
}

const mapValues = <From, To>(
  record: Readonly<Record<string, From>> | undefined,
  change: (value: From) => To,
): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, change(value)]));

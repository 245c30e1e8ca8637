import { CHART_LIMITS, type ChartFigures } from '../src/domain/chart.js';
import { LOCALES, type Locale, type Localized } from '../src/domain/localized.js';
import { mentionOf } from '../src/domain/mention.js';
import type { Block, Report } from '../src/domain/report.js';
import type { WatchTrouble } from '../src/domain/watch.js';
import { callsAdmins } from '../src/domain/watch-calls.js';
import { callsOperators, type WatchEpisode } from '../src/domain/watch-episode.js';
import { actions, type Button, clip, code, context, escapeMrkdwn, header, section } from './blocks.js';
import { chartBlocks } from './charts.js';
import { checkSentence } from './check-sentence.js';
import { sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { rollbackButtons } from './rollback-buttons.js';
import { OUTCOME_SYMBOL, VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';

export const TAKE_ACTION = 'watch:take';

const DATED = 'date_short_pretty';
const MOST_TROUBLES = 6;
const MOST_OF_SENTENCE = 400;
const MS_PER_MINUTE = 60_000;

interface EpisodeOptions {
  readonly locale: Locale;
  /** Operators, as ids of people and groups. */
  readonly who: readonly string[];
  /** It mentions them. */
  readonly isCall: boolean;
}

/** A target that is not well, or a watch that does not run: since when, which check, how it came, and what can be done. */
export function watchEpisodeView(episode: WatchEpisode, { locale, who, isCall }: EpisodeOptions): Report {
  const text = textFor(locale).watch;
  const title = episodeTitle(episode, locale);
  const isOpen = episode.endedAt === null;
  const calls = isCall && isOpen && episode.taken === null;
  const buttons = [
    ...(calls ? [takeButton(episode, locale)] : []),
    ...rollbackButtons(episode.target, locale),
  ];
  const chart = chartOf(episode);
  return {
    text: [...(isCall ? [mentionsOf(who)] : []), title, summaryOf(episode, locale)].filter(Boolean).join(' '),
    blocks: [
      header(title),
      ...(isCall ? [section(text.call(mentionsOf(who)))] : []),
      section(sinceLine(episode, locale)),
      ...(isOpen ? [actions(...buttons)] : []),
      ...haltLine(episode, locale),
      ...episode.troubles.slice(0, MOST_TROUBLES).map((trouble) => section(troubleLine(trouble, locale))),
      ...(episode.troubles.length > MOST_TROUBLES
        ? [context(text.more(episode.troubles.length - MOST_TROUBLES))]
        : []),
      ...chartBlocks(chart === undefined ? [] : [chart], locale),
      ...footer(episode, locale),
    ],
    optionalBlockIds: chart === undefined ? [] : [`chart-${chart.id}`],
  };
}

/** A reply that calls once more; once it is no longer needed it says so, without a button. */
export function watchCallView(
  episode: WatchEpisode,
  {
    locale,
    roles,
    call,
  }: {
    readonly locale: Locale;
    readonly roles: { readonly operators: readonly string[]; readonly admins: readonly string[] };
    readonly call: number;
  },
): Report {
  const text = textFor(locale).watch;
  const { taken, endedAt } = episode;
  const isOver = taken !== null || endedAt !== null || !callsOperators(episode);
  const who = mentionsOf(callsAdmins(call) ? [...roles.operators, ...roles.admins] : roles.operators);
  const sentence = text.callAgain(who, `${episodeTitle({ ...episode, endedAt: null }, locale)}.`);
  return {
    text: sentence,
    blocks: [
      section(sentence),
      ...(isOver
        ? [
            context(
              taken === null ? text.callOver : text.takenBy(person(taken.by), slackTime(taken.at, DATED)),
            ),
          ]
        : [actions(takeButton(episode, locale))]),
    ],
  };
}

const mentionsOf = (ids: readonly string[]): string => ids.map(mentionOf).join(' ');

function episodeTitle({ kind, target, verdict, endedAt, ended }: WatchEpisode, locale: Locale): string {
  const { watch, report } = textFor(locale);
  if (kind === 'silent')
    return endedAt === null ? `🚨 ${watch.silent(target)}` : `⏮ ${watch.history(watch.silent(target))}`;
  if (ended === 'well') return `✅ ${watch.wellAgain(target)}`;
  const title = watch.headline(report.verdict[verdict ?? 'HOLD'], target);
  return endedAt === null ? `${VERDICT_SYMBOL[verdict ?? 'HOLD']} ${title}` : `⏮ ${watch.history(title)}`;
}

/** For notifications: what is wrong, by the worst check. */
function summaryOf(episode: WatchEpisode, locale: Locale): string {
  const [worst] = episode.troubles;
  if (episode.endedAt !== null || worst === undefined) return '';
  return `· ${worst.title[locale]}: ${clip(checkSentence(worst, locale), 200)}`;
}

function sinceLine(episode: WatchEpisode, locale: Locale): string {
  const { watch, report } = textFor(locale);
  const { kind, since, openedAt, endedAt, ended, endedBy, changes, verdict } = episode;
  const when = (at: string) => slackTime(at, DATED);
  if (kind === 'silent' && endedAt === null) {
    const saw = verdict === null ? '' : ` ${watch.lastSaw(report.verdict[verdict])}`;
    return `${watch.silentSince(when(since))}${saw}`;
  }
  if (endedAt === null) return `*${watch.since(when(since))}* · ${escapeMrkdwn(episode.strategy)}`;
  if (ended === 'well') {
    const worst = changes.find((change) => change.verdict === 'NO_GO') ?? changes[0];
    const from = changes[0]?.at ?? openedAt;
    return watch.ended.well(report.verdict[worst?.verdict ?? 'HOLD'], when(from), when(endedAt));
  }
  if (ended === 'off') return watch.ended.off(endedBy === null ? '?' : person(endedBy), when(endedAt));
  if (ended === 'runs_again') return watch.ended.runs_again(when(since), when(endedAt));
  return watch.ended[ended ?? 'halted'](when(endedAt));
}

function haltLine({ halt }: WatchEpisode, locale: Locale): readonly Block[] {
  if (halt === null) return [];
  const text = textFor(locale).watch;
  return [
    section(halt.kind === 'spent' ? `🚨 ${text.spent}` : `🛑 *${text.halted(slackTime(halt.at, DATED))}*`),
  ];
}

/** One check and what it says. */
export function troubleLine(trouble: WatchTrouble, locale: Locale): string {
  const { id, title, outcome } = trouble;
  const sentence = sentenceForSlack(clip(checkSentence(trouble, locale), MOST_OF_SENTENCE));
  return `${OUTCOME_SYMBOL[outcome]} *${escapeMrkdwn(title[locale])}* (${code(id)}): ${sentence}`;
}

function footer({ changes, taken, kind }: WatchEpisode, locale: Locale): readonly Block[] {
  const { watch, report } = textFor(locale);
  const list = changes.map(({ at, verdict }) => `${report.verdict[verdict]} ${slackTime(at)}`).join(' → ');
  const lines = [
    ...(taken === null ? [] : [`🙋 *${watch.takenBy(person(taken.by), slackTime(taken.at, DATED))}*`]),
    ...(kind === 'trouble' && changes.length > 1 ? [watch.changes(list)] : []),
  ];
  return lines.length === 0 ? [] : [context(...lines)];
}

const takeButton = ({ episodeId }: WatchEpisode, locale: Locale): Button => ({
  actionId: TAKE_ACTION,
  text: textFor(locale).watch.take,
  value: episodeId,
  style: 'primary',
});

const inEach = (write: (locale: Locale) => string): Localized =>
  Object.fromEntries(LOCALES.map((locale) => [locale, write(locale)])) as Localized;

/** The last hour before the newest change; a single moment is no development. */
function chartOf({ development }: WatchEpisode): ChartFigures | undefined {
  const points = development.slice(-CHART_LIMITS.points);
  const last = points.at(-1);
  if (points.length < 2 || last === undefined) return undefined;
  const before = (at: string) => Math.round((Date.parse(last.at) - Date.parse(at)) / MS_PER_MINUTE);
  const named = (key: 'title' | 'x' | 'y') => inEach((locale) => textFor(locale).watch.chart[key]);
  return {
    id: 'watch',
    title: named('title'),
    type: 'bar',
    xLabel: named('x'),
    yLabel: named('y'),
    categories: points.map(({ at }) => (before(at) === 0 ? '0' : `-${before(at)}`)),
    series: (['failed', 'unclear', 'warned'] as const).map((name) => ({
      name,
      title: inEach((locale) => textFor(locale).watch.chart[name]),
      values: points.map((point) => point[name]),
    })),
  };
}

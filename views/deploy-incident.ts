import type { Locale } from '../src/domain/localized.js';
import { isForward } from '../src/domain/release-course.js';
import type { ReleaseRecord } from '../src/domain/release-record.js';
import { isIncident, isLiveRelease } from '../src/domain/release-state.js';
import { overcomeTroubles, troublesOf } from '../src/domain/release-trouble.js';
import type { Block, Report } from '../src/domain/report.js';
import { actions, context, escapeMrkdwn, header, section } from './blocks.js';
import { deployProgressView } from './deploy-progress.js';
import { mentions } from './mentions.js';
import { sentenceForSlack, slackTime } from './moments.js';
import { person } from './person.js';
import { problemSentence } from './release-problem.js';
import { givenUpBlocks, stuckBlocks } from './release-stuck.js';
import {
  broughtBlocks,
  causeBlocks,
  haltedBlocks,
  headline,
  hostsOff,
  nameWithHost,
  problemBlocks,
  stateTextOf,
  symbolOf,
  whatNow,
  whatRunsAgain,
} from './release-summary.js';
import { rollbackButtons } from './rollback-buttons.js';
import { textFor } from './text/index.js';

/**
 * What the incident channel is told, once for each way in which a release can go wrong; it then shows what became of it.
 * @param operators ids of people and user groups, who are called while it goes on or has ended badly.
 * @param isToldLater a later post tells the same: nobody should take them for two.
 */
export function deployIncidentView(
  release: ReleaseRecord,
  locale: Locale,
  operators: readonly string[] = [],
  isToldLater = false,
): Report {
  const text = textFor(locale).deploy;
  const report = deployProgressView(release, locale);
  const troubles = troubleLines(release, locale);
  const { resolved } = release;
  const isOver = resolved != null;
  const isBad = (isIncident(release) || troubles.length > 0) && !isOver;
  const symbol = isBad ? '🚨' : isOver ? '⏮' : symbolOf(release);
  const call = isBad && operators.length > 0 ? [text.called(mentions(operators, []), release.target)] : [];
  return {
    text: [...call, `${text.incident}: ${report.text}`].join(' '),
    blocks: [
      header(`${symbol} ${stateTextOf(release, locale)} · ${release.strategy} · ${release.target}`),
      ...call.map((sentence) => section(sentence)),
      ...(resolved == null ? [] : [resolvedBlock(release.target, resolved, locale)]),
      ...(isToldLater ? [context(text.toldLater)] : []),
      context(headline(release, locale)),
      ...broughtBlocks(release, locale),
      ...haltedBlocks(release, locale),
      ...problemBlocks(release.problem, locale),
      ...causeBlocks(release, locale),
      ...(troubles.length === 0 ? [] : [section(troubles.join('\n'))]),
      ...(isBad || !(isLiveRelease(release) || release.state === 'confirmed')
        ? []
        : [overcomeBlock(release, locale)]),
      ...givenUpBlocks(release, locale),
      ...hostsOff(release, locale),
      ...whatRunsAgain(release, locale),
      ...(isOver ? [] : [...whatNow(release, locale), ...stuckBlocks(release, locale)]),
      // Where a halt was verified there is nothing to disable.
      ...(resolved?.how === 'halt' ? [] : [actions(...rollbackButtons(release.target, locale))]),
    ],
  };
}

function resolvedBlock(
  target: string,
  { how, by, at }: NonNullable<ReleaseRecord['resolved']>,
  locale: Locale,
): Block {
  const sentence = textFor(locale).deploy.resolved[how];
  return section(`*${sentence(person(by), escapeMrkdwn(target), slackTime(at, 'date_short_pretty'))}*`);
}

/** What is tried and does not succeed, since when and for how long it is tried. */
function troubleLines(release: ReleaseRecord, locale: Locale): readonly string[] {
  const { trouble } = textFor(locale).deploy;
  return troublesOf(release).map(({ step, since }) => {
    const until = isForward(step.kind) ? slackTime(release.confirmBy) : undefined;
    const what = trouble(nameWithHost(step, locale), slackTime(since, 'time_secs'), until);
    const { problem } = step;
    return problem === null
      ? `◐ ${what}`
      : `◐ ${what}\n✗ ${sentenceForSlack(problemSentence(problem, locale))}`;
  });
}

/** Why this post stands here, once all is well again. */
function overcomeBlock(release: ReleaseRecord, locale: Locale): Block {
  const text = textFor(locale).deploy;
  const lines = overcomeTroubles(release).map(({ step, since, until }) =>
    text.overcome(nameWithHost(step, locale), slackTime(since, 'time_secs'), slackTime(until, 'time_secs')),
  );
  return section(lines.length === 0 ? text.wasTrouble : lines.map((line) => `✓ ${line}`).join('\n'));
}

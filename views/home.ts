import type { Locale } from '../src/domain/localized.js';
import type { Block } from '../src/domain/report.js';
import type { TargetStatus } from '../src/domain/target-status.js';
import { actions, context, divider, header, LIMITS, section, within } from './blocks.js';
import { slackTime } from './moments.js';
import { disableAllButton } from './rollback-all.js';
import { haltButtons, isNothingToDisable, runButtons, statusBlocks, statusLine } from './status.js';
import { textFor } from './text/index.js';

interface HomeTarget {
  readonly target: { readonly name: string; readonly channels: { readonly reports: string } | undefined };
  readonly status: TargetStatus;
}

/** The Home: each target as it stands, with what can be asked about it; below a heading of its strategy where there are several. */
export function homeView(targets: readonly HomeTarget[], locale: Locale): readonly Block[] {
  const text = textFor(locale).status;
  const strategies = [...new Set(targets.map(({ status }) => status.strategy))];
  const blocks = [
    header(text.homeTitle),
    context(text.homeIntro),
    ...(targets.length > 1 && !targets.every(({ status }) => isNothingToDisable(status))
      ? [
          actions(
            disableAllButton(
              targets.map(({ target }) => target.name),
              locale,
            ),
          ),
        ]
      : []),
    ...strategies.flatMap((strategy) => {
      const own = targets.filter(({ status }) => status.strategy === strategy);
      return strategies.length === 1
        ? own.flatMap((one) => targetBlocks(one, text.title(strategy, one.status.target), locale))
        : [
            divider(),
            header(strategy),
            ...own.flatMap((one) => targetBlocks(one, one.status.target, locale)),
          ];
    }),
  ];
  return within(LIMITS.viewBlocks, blocks, textFor(locale).report.report.cut);
}

function targetBlocks({ target, status }: HomeTarget, title: string, locale: Locale): readonly Block[] {
  const text = textFor(locale).status;
  return [
    divider(),
    section(`*${title}*\n${statusLine(status, locale)}`),
    ...statusBlocks(status, locale),
    actions(...runButtons(target.name, locale, 'home'), ...haltButtons(status, locale)),
    context(
      [
        text.asOf(slackTime(status.asOf, 'date_short_pretty')),
        ...(target.channels === undefined ? [] : [text.homeReportsIn(`<#${target.channels.reports}>`)]),
      ].join(' · '),
    ),
  ];
}

import { differenceInMinutes } from 'date-fns/differenceInMinutes';
import type { CheckRunSummary } from '../src/domain/check-run.js';
import type { Locale } from '../src/domain/localized.js';
import { isOffEverywhere, isOnSomewhere } from '../src/domain/off-everywhere.js';
import { RUN_KINDS } from '../src/domain/outcome.js';
import type { Block, Report } from '../src/domain/report.js';
import type {
  OpenRequest,
  ReleaseBrings,
  RunningRelease,
  TargetRelease,
  TargetStatus,
} from '../src/domain/target-status.js';
import { freshnessAt, verdictNow } from '../src/domain/verdict.js';
import { actions, type Button, context, header, section, typed } from './blocks.js';
import { flagOfTarget } from './flag.js';
import { hostSection } from './host-status.js';
import { slackTime } from './moments.js';
import { person } from './person.js';
import { promotionUnderWay } from './promotion.js';
import { RELEASE_SYMBOL } from './release-summary.js';
import { DISABLE_ACTION, rollbackButtons } from './rollback-buttons.js';
import { haltSymbol } from './rollback-report.js';
import { VERDICT_SYMBOL } from './symbols.js';
import { textFor } from './text/index.js';
import { titledWatchLine } from './watch.js';

/** Opens the form of a deploy: turning it on again is one. */
export const RESTART_ACTION = 'deploy:restart';

/** What stands on a target's hosts, what was last found out about it, and what is going on. */
export function statusView(status: TargetStatus, locale: Locale): Report {
  const text = textFor(locale).status;
  const title = text.title(status.strategy, status.target);
  return {
    text: [`${title}: ${statusLine(status, locale)}`, ...haltBanner(status, locale)].join(' · '),
    blocks: [
      header(title),
      context(`${statusLine(status, locale)} · ${text.asOf(slackTime(status.asOf, 'date_short_pretty'))}`),
      ...statusBlocks(status, locale),
      actions(...runButtons(status.target, locale, 'status'), ...haltButtons(status, locale)),
    ],
  };
}

/** The state in one line, for notifications and the heading. */
export function statusLine({ hosts, runs, asOf }: TargetStatus, locale: Locale): string {
  const text = textFor(locale).status;
  const running = hosts.filter((host) => host.kind === 'read' && host.service.pid > 0).length;
  const latest =
    runs.kind === 'read'
      ? runs.latest.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0]
      : undefined;
  const flag = flagOfTarget(hosts, locale);
  // The verdict begins the line: further on a narrow screen breaks NO-GO after its hyphen.
  return [
    ...(latest === undefined
      ? []
      : [
          `${textFor(locale).report.kind[latest.kind]} ${textFor(locale).report.verdict[verdictNow(latest, new Date(asOf))]}`,
        ]),
    text.summaryFlag(flag),
    isOffEverywhere(hosts) ? text.summaryOff(running, hosts.length) : text.summaryOn(running, hosts.length),
  ].join(' · ');
}

/** The state without heading and buttons: also a part of the Home. */
export function statusBlocks(status: TargetStatus, locale: Locale): readonly Block[] {
  return [
    ...haltBanner(status, locale).map((banner) => section(`*${banner}*`)),
    ...status.hosts.map((host) => hostSection(host, locale)),
    ...releaseBlocks(status.release, locale),
    ...promotionUnderWay(status.promotion, locale),
    ...(status.watch === undefined ? [] : [section(titledWatchLine(status.watch, locale))]),
    ...drillLine(status, locale),
    lastRuns(status, locale),
  ];
}

/** Who has halted it and whether that was proved; nothing that what runs on the hosts contradicts. */
function haltBanner({ hosts, release }: TargetStatus, locale: Locale): readonly string[] {
  const halt = release?.halt;
  if (halt === undefined) return [];
  const isOfEntries = halt.kind === 'stop_entries';
  if (halt.state === 'verified' && !isOfEntries && isOnSomewhere(hosts)) return [];
  const { banner, entriesBanner } = textFor(locale).status;
  const told = isOfEntries ? entriesBanner : banner;
  const who = person(halt.by);
  return [`${haltSymbol(halt)} ${told[halt.state](who, slackTime(halt.at, 'date_short_pretty'))}`];
}

/** Every host was seen off, and no halt of it waits for its proof. */
export const isNothingToDisable = ({ hosts, release }: TargetStatus): boolean =>
  isOffEverywhere(hosts) && (release?.halt === undefined || release.halt.state === 'verified');

/** Where there is nothing to disable the way back stands in its place. */
export function haltButtons(status: TargetStatus, locale: Locale): readonly Button[] {
  const { target } = status;
  const buttons = rollbackButtons(target, locale);
  if (!isNothingToDisable(status)) return buttons;
  const restart = { actionId: RESTART_ACTION, text: textFor(locale).status.requestRestart, value: target };
  return [restart, ...buttons.filter(({ actionId }) => actionId !== DISABLE_ACTION)];
}

/** When the kill switch was last proved. */
function drillLine({ drill }: TargetStatus, locale: Locale): readonly Block[] {
  if (drill === undefined) return [];
  const { drill: text, status } = textFor(locale);
  const { kind, days } = drill;
  return [context(kind === undefined ? text.never : text.age(kind, status.age(Math.floor(days * 24 * 60))))];
}

function lastRuns({ runs, asOf }: TargetStatus, locale: Locale): Block {
  const text = textFor(locale).status;
  if (runs.kind === 'unreachable') return section(text.databaseUnreachable);
  const lines = RUN_KINDS.map((kind) => {
    const run = runs.latest.find((candidate) => candidate.kind === kind);
    const name = textFor(locale).report.kind[kind];
    return run === undefined ? `${name}: ${text.never}` : `${name}: ${lastRun(run, asOf, locale)}`;
  });
  return section(`*${text.lastRuns}*\n${lines.join('\n')}`);
}

function lastRun(run: CheckRunSummary, asOf: string, locale: Locale): string {
  const text = textFor(locale).status;
  const words = textFor(locale).report.verdict;
  const now = verdictNow(run, new Date(asOf));
  const verdict = now === run.verdict ? `*${words[now]}*` : whyHold(run, asOf, locale);
  const age = text.age(differenceInMinutes(new Date(asOf), new Date(run.asOf)));
  return [
    `${VERDICT_SYMBOL[now]} ${verdict}`,
    slackTime(run.asOf, 'date_short_pretty'),
    age,
    text.by(person(run.requestedBy)),
  ].join(' · ');
}

/** What a later run revoked is told before what has merely expired. */
function whyHold({ verdict, revokedBy, validUntil }: CheckRunSummary, asOf: string, locale: Locale): string {
  const { report, status } = textFor(locale);
  const was = report.verdict[verdict];
  const isOver = freshnessAt(new Date(validUntil), new Date(asOf)) === 'expired';
  if (revokedBy === undefined) return isOver ? status.expired(was) : status.fromFuture(was);
  const by = `${report.kind[revokedBy.kind]} ${report.verdict[revokedBy.verdict]}`;
  return status.revoked(was, by, slackTime(revokedBy.asOf));
}

function releaseBlocks(release: TargetRelease | undefined, locale: Locale): readonly Block[] {
  if (release === undefined) return [];
  const text = textFor(locale).status;
  const { lock, openRequests, running, lastConfirmed } = release;
  return [
    ...(lock === undefined
      ? []
      : [
          section(
            text.lock(
              person(lock.by),
              typed(lock.reason, 300),
              slackTime(lock.at, 'date_short_pretty'),
              lock.until === null ? undefined : slackTime(lock.until, 'date_short_pretty'),
            ),
          ),
        ]),
    ...(openRequests.length === 0
      ? []
      : [
          section(
            `*${text.openRequests}*\n${openRequests.map((request) => requestLine(request, locale)).join('\n')}`,
          ),
        ]),
    ...(running === undefined ? [] : [section(runningLine(running, locale))]),
    ...(lastConfirmed === undefined
      ? []
      : [
          context(
            text.lastConfirmed(
              bringsText(lastConfirmed, locale),
              slackTime(lastConfirmed.at, 'date_short_pretty'),
            ),
          ),
        ]),
  ];
}

function requestLine({ state, by, at, reason }: OpenRequest, locale: Locale): string {
  const words = textFor(locale).release.state[state];
  return `${words} · ${typed(reason, 300)} · ${person(by)} · ${slackTime(at, 'date_short_pretty')}`;
}

/** What a release is about: a model, a program, or settings alone. */
export function bringsText({ modelVersion, binary }: ReleaseBrings, locale: Locale): string {
  return textFor(locale).status.brings(modelVersion && typed(modelVersion, 80), binary && typed(binary, 80));
}

function runningLine(release: RunningRelease, locale: Locale): string {
  const { state, by, at } = release;
  const what = textFor(locale).status.release(bringsText(release, locale));
  const words = `*${textFor(locale).deploy.state[state]}*`;
  return `${RELEASE_SYMBOL[state]} ${words} · ${what} · ${person(by)} · ${slackTime(at, 'date_short_pretty')}`;
}

/** Runs of each kind for a target. @param surface where the buttons stand: `status` or `home`. */
export function runButtons(target: string, locale: Locale, surface: 'status' | 'home') {
  const { kind } = textFor(locale).report;
  return RUN_KINDS.map((name) => ({ actionId: `${surface}:${name}`, text: kind[name], value: target }));
}

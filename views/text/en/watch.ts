import type { WatchEpisode } from '../../../src/domain/watch-episode.js';
import type { Watch } from '../../../src/domain/watch-record.js';

/** The prose of the watch. Times come ready to print. */
export const watch = {
  title: (strategy: string, target: string) => `Watch · ${strategy} · ${target}`,
  /** @param verdict in words */
  headline: (verdict: string, target: string) => `Watch · ${target}: ${verdict}`,
  since: (when: string) => `Since ${when}`,
  wellAgain: (target: string) => `Watch · ${target}: well again`,
  ended: {
    well: (verdict: string, from: string, to: string) => `It was ${verdict} from ${from} to ${to}.`,
    off: (who: string, when: string) => `${who} switched the watch off ${when}: nobody looks any more.`,
    halted: (when: string) => `The target was halted ${when}: the watch rests until it trades again.`,
    release: (when: string) => `A release began ${when}, and looks at the target by itself.`,
    runs_again: (from: string, to: string) => `The watch runs again. From ${from} to ${to} nobody looked.`,
  } satisfies Record<NonNullable<WatchEpisode['ended']>, unknown>,
  history: (title: string) => `Over: ${title}`,
  silent: (target: string) => `The watch of ${target} does not run`,
  silentSince: (when: string) =>
    `It should have looked ${when}, and nothing came of it. Nobody knows how the target is: look by yourself (*Status*), and at the log of the bot.`,
  lastSaw: (verdict: string) => `What it saw last: ${verdict}.`,
  call: (who: string) => `${who} Please look.`,
  callAgain: (who: string, sentence: string) => `${who} ${sentence} Nobody has said yet that they have it.`,
  callOver: 'This call is over.',
  takenBy: (who: string, when: string) => `${who} has it, ${when}.`,
  take: 'I have it',
  alreadyTaken: (who: string, when: string) => `${who} has it already, since ${when}.`,
  takeOver: 'It is over: there is nothing left to take.',
  development: 'How it developed',
  changes: (list: string) => `How it went: ${list}`,
  halted: (when: string) => `The watch has halted this target by itself ${when}.`,
  spent:
    'A check that halts this target fails, and the watch has halted it as often as it may in a day: *a person must decide.*',
  more: (count: number) => `and ${count} more checks`,
  chart: {
    title: 'Checks that did not pass',
    x: 'minutes before',
    y: 'checks',
    failed: 'FAIL',
    unclear: 'unknown',
    warned: 'WARN',
  },
  /** What a halt says first. */
  byTheWatch: 'HALTED BY THE WATCH: nobody asked for it.',
  byTheWatchBecause: (looks: number, since: string) =>
    `What it saw in ${looks} looks in a row, since ${since}:`,

  /** The line of status and Home. */
  line: {
    title: 'Watch',
    verdict: (verdict: string, since: string) => `${verdict} since ${since}`,
    looking: 'has not seen enough yet',
    looked: (when: string, everySecs: number) => `looked ${when}, every ${everySecs} s`,
    resting: {
      release: 'rests while a release is under way',
      halted: 'rests while the target is halted',
    } satisfies Record<NonNullable<Watch['resting']>, string>,
    off: (who: string | undefined, until: string | undefined) =>
      `OFF${until === undefined ? '' : ` until ${until}`}${who === undefined ? '' : `, by ${who}`}`,
    silent: (when: string) => `DOES NOT RUN: it should have looked ${when}`,
    notBegun: 'no bot has begun it yet',
    taken: (who: string) => `${who} has it`,
  },
  notWatched: (target: string) =>
    `${target} is not watched between releases: say \`watch: { everySecs: 60 }\` of it in the targets file, and restart the bot.`,
  looksAt: (runs: string, everySecs: number) => `Every ${everySecs} s: ${runs}`,
  onlyChecks: (checks: string) => `Only these checks: ${checks}`,
  after: (tell: number, call: number, well: number) =>
    `Tells after ${tell} looks in a row, calls after ${call} (NO-GO), and says that all is well after ${well}.`,
  quiet: 'In its quiet hours nobody is told; operators are called all the same.',
  halts: (checks: string, looks: number, perDay: number) =>
    `Halts the target by itself when one of these fails ${looks} times in a row, at most ${perDay} times a day: ${checks}`,
  haltsNever: 'It never halts the target by itself: no check is listed for that.',
  haltedBefore: (when: string) => `It has halted this target in the last 24 hours: ${when}`,
  switchedOn: (who: string) => `Switched on by ${who}.`,
  switchedOff: (who: string, until: string | undefined) =>
    `Switched off by ${who}${until === undefined ? ', until somebody switches it on' : `, until ${until}`}. Until then nobody is told when something goes wrong.`,
  on: 'Switch on',
  off: 'Switch off for 2 h',
};

export type WatchText = typeof watch;

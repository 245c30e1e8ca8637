import type { DrillKind, DrillPartName, DrillState, DrillTrouble } from '../../../src/domain/drill.js';

const title: Readonly<Record<DrillState, string>> = {
  acting: '⏳ Drill going on',
  waiting: '⏳ Drill waits',
  good: '✅ DRILL GOOD',
  failed: '❌ DRILL FAILED',
  broken_off: '⚠️ DRILL BROKEN OFF',
};

const kind: Readonly<Record<DrillKind, string>> = {
  real: 'a real halt and its way back',
  rehearsal: 'a rehearsal: everything but the act',
};

const part: Readonly<Record<DrillPartName, string>> = {
  flag: 'Click to flag on every host',
  off: 'Click to every host off',
  empty: 'Click to nothing at rest',
  proof: 'Click to proof',
  machine: 'A pretended halt on the bot’s machine',
  hosts: 'Hosts: files, rights, service',
  venue: 'Venue',
  records: 'Trading database',
  channels: 'Slack: token and channels',
  clocks: 'Clocks',
  alarm: 'Click to alarm seen',
  back: 'Back on with a release',
};

const because: Readonly<Record<DrillTrouble, string>> = {
  findings: 'what is wrong stands below',
  halt_not_verified: 'the halt was not verified: look at its report',
  off_before: 'the flag was off before, so nothing was proved',
  joined: 'another halt of the target went on already',
  not_seen: 'nobody clicked *Seen* within 15 minutes: look who reads that channel, and when',
  back_refused: 'not asked for yet: a person must',
  back_waits: 'waits for its approvals, or to be asked for',
  back_runs: 'the release is under way',
  back_ended: 'the release ended otherwise: ask for another one',
  back_late: 'not back within 6 hours',
  inside: 'an error inside the bot; its log has it',
};

/** The prose of a drill. Times and names come ready to print. */
export const drill = {
  title,
  kind,
  part,
  because,
  subject: (strategy: string, target: string) => `${strategy} · ${target}`,
  by: (who: string, when: string) => `begun by ${who} · ${when}`,
  leftOut: 'not here',
  waiting: 'waiting',
  /** Of the last good drills of the same kind. */
  compared: (count: number, median: string, p99: string) => `last ${count}: median ${median}, p99 ${p99}`,
  nothingToCompare: 'the first good one of its kind',
  secs: (seconds: string) => `${seconds} s`,
  seenBy: (who: string) => `seen by ${who}`,
  brokenOff: {
    real: (target: string) =>
      `The bot that began it ended in the middle of it. Its halt went on and is another bot’s report; the strategy stays off. Turn it on with \`/lobml deploy ${target}\`, then begin another drill.`,
    rehearsal: () =>
      'The bot that began it ended in the middle of it. Nothing was changed; begin another one.',
  },
  alarm: {
    title: (target: string) => `📣 DRILL of ${target}: this is a test alarm`,
    ask: (who: string) =>
      `${who} In an incident you would be called here now. Whoever reads this clicks *Seen*.`,
    seen: (who: string, seconds: string) => `✓ Seen by ${who} after ${seconds}.`,
    notSeen: 'Nobody clicked *Seen* in time.',
    over: 'The drill has ended.',
  },
  button: { seen: 'Seen', back: 'Request restart' },
  none: (target: string) => `No drill of ${target} yet. \`/lobml drill ${target}\` begins one.`,
  reason: {
    halt: 'Drill of the kill switch',
    back: 'Way back from a drill of the kill switch',
  },
  /** A line of status and Home. @param age in words */
  age: (kindOfIt: DrillKind, age: string) =>
    `Last good drill: ${kindOfIt === 'real' ? 'real' : 'rehearsal'}, ${age}`,
  never: 'No good drill of the kill switch yet',
  goesOn: 'a drill goes on',
};

export type DrillText = typeof drill;

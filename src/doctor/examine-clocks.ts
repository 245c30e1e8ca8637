import { lookAtClocks } from '../checks/context/look-at-clocks.js';
import { readTradingClock } from '../checks/context/read-moment.js';
import { type ComparedClock, compareClocks } from '../domain/clocks.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Sentence } from '../domain/sentence.js';
import type { Host } from '../hosts/host.js';
import { readHostClock } from '../hosts/host-clock.js';
import type { TargetHost } from '../hosts/kinds/target-host.js';
import { readServerMoment } from '../store/server-moment.js';
import { type Examination, ok, QUESTION_TIMEOUT_MS } from './doctor.js';
import type { DatabaseOptions } from './examine-databases.js';

interface ClockOptions extends Pick<DatabaseOptions, 'trading' | 'state'> {
  /** Those of all targets. */
  readonly hosts: readonly TargetHost[];
  readonly hostOf: (settings: TargetHost) => Host;
  readonly now: () => Date;
}

/** The checks have their own, a parameter of the runbook. */
const TOLERANCE_SECS = 2;

const aboutClock = (clock: string): Sentence => ({ code: 'subject_clock', facts: { clock } });
const wayOut: Sentence = { code: 'do_set_clock', facts: {} };

/** By how much each clock is off: the bot's, those of both databases and of every host. */
export function examineClocks({ hosts, hostOf, trading, state, now }: ClockOptions): Examination {
  return {
    subject: aboutClock('bot'),
    wayOut,
    async examine() {
      const call = () => ({ timeoutMs: QUESTION_TIMEOUT_MS });
      const { clocks, unread } = await lookAtClocks({
        hosts: hosts.map((settings) => ({
          host: settings,
          clock: async () => readHostClock(hostOf(settings), () => now().getTime(), call),
        })),
        tradingClock: () => readTradingClock({ trading, now }, undefined),
        stateMoment: () => readServerMoment(state),
        now,
      });
      return [
        ...compareClocks(clocks, TOLERANCE_SECS * 1000).map(diagnosisOf),
        ...unread.map(({ clock, code }): Diagnosis => {
          const seen: Sentence = { code: 'clock_unread', facts: { code } };
          return { subject: aboutClock(clock), state: 'fault', seen, wayOut: doCheckHost };
        }),
      ];
    },
  };
}

const doCheckHost: Sentence = { code: 'do_check_host', facts: {} };

function diagnosisOf({ clock, aheadMs, errorMs, against }: ComparedClock): Diagnosis {
  const subject = aboutClock(clock);
  const facts = { aheadSecs: aheadMs / 1000, errorSecs: errorMs / 1000, against };
  const seen: Sentence = { code: 'clock_stands', facts };
  const isRight = facts.errorSecs + Math.abs(facts.aheadSecs) <= TOLERANCE_SECS;
  return isRight ? ok(subject, seen) : { subject, state: 'fault', seen, wayOut };
}

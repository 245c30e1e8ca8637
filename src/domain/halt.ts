import type { ObservedRow, Person } from './check-run.js';
import type { Outcome } from './outcome.js';
import type { Verdict } from './verdict.js';

/** `disable`: the flag to false. `stop`: the flag to false and the service stopped. */
export const HALT_KINDS = ['disable', 'stop', 'previous_model'] as const;
export type HaltKind = (typeof HALT_KINDS)[number];

export const HALT_STATES = ['halting', 'verified', 'not_verified'] as const;
export type HaltState = (typeof HALT_STATES)[number];

/** What can stand in the way on one host; `views/text` writes the sentence for each. */
export const HALT_FAULTS = [
  /** Neither the files nor the service manager answer. */
  'not_answering',
  /** The environment file could not be written. */
  'not_on_disk',
  'restart_failed',
  /** The restart returned, and the old process lives on. */
  'restart_ignored',
  'restart_loop',
  /** A new process, and its environment is not as wanted: another layer or the unit itself sets the variable. */
  'process_differs',
  /** The running process does not let itself be looked at. */
  'process_unreadable',
  'stop_failed',
] as const;
export type HaltFault = (typeof HALT_FAULTS)[number];

/** How far one host is. */
export interface HostHalt {
  readonly host: string;
  /** The variables in the environment files. */
  readonly disk: 'pending' | 'done' | 'failed';
  readonly diskAt: string | null;
  /** They stood there before: nothing was written. */
  readonly diskWasDone: boolean;
  readonly files: readonly string[];
  /** The effective values of the wanted names before the first write; null: not set. */
  readonly before?: Readonly<Record<string, string | null>> | undefined;
  readonly restart: 'pending' | 'issued' | 'done' | 'not_needed' | 'failed';
  readonly restartAt: string | null;
  /** The way out when the flag alone does not do it. */
  readonly stop: 'none' | 'issued' | 'done' | 'failed';
  readonly stopAt: string | null;
  readonly stopBecause: HaltFault | 'asked' | null;
  /** What the running process itself shows. */
  readonly process: 'unknown' | 'differs' | 'as_wanted' | 'stopped';
  readonly processAt: string | null;
  readonly pidBefore: number | null;
  readonly pid: number | null;
  /** What is wrong at this moment. */
  readonly fault: HaltFault | null;
  /** One sentence of the host about it. */
  readonly faultDetail: string;
}

/** Whether new entries stop. */
interface EntryWatch {
  readonly state: 'waiting' | 'watching' | 'clear' | 'entries' | 'unknown' | 'not_watched';
  /** RFC 3339: since when every host is off. */
  readonly from: string | null;
  readonly until: string | null;
  /** RFC 3339: when the trading database last answered. */
  readonly askedAt: string | null;
  readonly entries: number;
  /** Why it is unknown: a code of the trading database, or `not_configured`. */
  readonly code: string | null;
}

export interface Halt {
  readonly haltId: string;
  readonly strategy: string;
  readonly target: string;
  readonly kind: HaltKind;
  /** By their full names, e.g. the enable flag and `false`. */
  readonly wanted: Readonly<Record<string, string>>;
  /** Where hosts differ (the path of a model): by host, instead of `wanted`. */
  readonly wantedOf: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly requestedBy: Person;
  /** RFC 3339. */
  readonly requestedAt: string;
  readonly reason: string | null;
  readonly state: HaltState;
  readonly hosts: readonly HostHalt[];
  readonly entryWatch: EntryWatch;
  /** Positions that nobody manages now; null: not asked, or nobody knows. */
  readonly openEntries: { readonly total: number; readonly rows: readonly ObservedRow[] } | null;
  /** Why they are unknown: a code of the trading database. */
  readonly openEntriesFault?: string | undefined;
  /** Section 4 after the halt. */
  readonly verification: {
    readonly runId: string;
    readonly verdict: Verdict;
    readonly stored: boolean;
  } | null;
  /** Whether every new process was seen loading the model (`previous_model`); undefined: nobody could look. */
  readonly start?: Outcome | undefined;
  /** The release that was stopped by it. */
  readonly cancelled: { readonly releaseId: string | null; readonly requests: number } | null;
  /** What was under way could not be cancelled yet: it is tried until it is. */
  readonly cancelAway?: boolean | undefined;
  /** The bot was ended while it halted, and went on from what it found. */
  readonly resumed: boolean;
  readonly endedAt: string | null;
  /** The first release of the target that began after its end: whether the strategy is off, it no longer says. */
  readonly laterRelease?: { readonly releaseId: string; readonly startedAt: string } | undefined;
}

type HaltGap =
  | { readonly code: 'host'; readonly host: string; readonly fault: HaltFault | null }
  | { readonly code: 'new_entries'; readonly entries: number }
  | { readonly code: 'entries_unknown'; readonly because: string }
  | { readonly code: 'start_not_proved'; readonly outcome: Outcome };

/** A host on which nothing trades any more; for a model: on which the wanted one runs. */
export function isSettled(host: HostHalt, kind: HaltKind): boolean {
  const { process, fault, disk, diskWasDone, pid, pidBefore } = host;
  if (fault !== null) return false;
  // Where this halt changed the files, the process that ran before has read the old ones.
  const isOutdated = disk === 'done' && !diskWasDone && pid !== null && pid === pidBefore;
  return (process === 'as_wanted' && !isOutdated) || (process === 'stopped' && kind !== 'previous_model');
}

/** What the running process of a host must show. */
export function wantedOn({ wanted, wantedOf }: Pick<Halt, 'wanted' | 'wantedOf'>, host: string) {
  return wantedOf[host] ?? wanted;
}

/** What is missing for VERIFIED. An empty list while the watch goes on means: nothing but time. */
export function gapsOf(halt: Pick<Halt, 'kind' | 'hosts' | 'entryWatch' | 'start'>): readonly HaltGap[] {
  const { start } = halt;
  const { state, entries, code } = halt.entryWatch;
  return [
    ...halt.hosts
      .filter((host) => !isSettled(host, halt.kind))
      .map(({ host, fault }): HaltGap => ({ code: 'host', host, fault })),
    ...(state === 'entries' ? [{ code: 'new_entries', entries } as const] : []),
    ...(state === 'unknown' ? [{ code: 'entries_unknown', because: code ?? 'other' } as const] : []),
    ...(start !== undefined && start !== 'PASS'
      ? [{ code: 'start_not_proved', outcome: start } as const]
      : []),
  ];
}

/** Verified only when nothing is missing and the watch has ended well. */
export function evaluateHalt(
  halt: Pick<Halt, 'kind' | 'hosts' | 'entryWatch' | 'start'>,
): Exclude<HaltState, 'halting'> {
  const watched = halt.entryWatch.state === 'clear' || halt.entryWatch.state === 'not_watched';
  return watched && halt.hosts.length > 0 && gapsOf(halt).length === 0 ? 'verified' : 'not_verified';
}

/** What is known of a halt when it is asked for. */
type HaltStart = Pick<
  Halt,
  | 'haltId'
  | 'strategy'
  | 'target'
  | 'kind'
  | 'wanted'
  | 'wantedOf'
  | 'requestedBy'
  | 'requestedAt'
  | 'reason'
  | 'hosts'
>;

/** A halt before its first act. */
export function newHalt(start: HaltStart): Halt {
  return {
    ...start,
    state: 'halting',
    entryWatch: { state: 'waiting', from: null, until: null, askedAt: null, entries: 0, code: null },
    openEntries: null,
    verification: null,
    cancelled: null,
    resumed: false,
    endedAt: null,
  };
}

export function newHostHalt(host: string): HostHalt {
  return {
    host,
    disk: 'pending',
    diskAt: null,
    diskWasDone: false,
    files: [],
    restart: 'pending',
    restartAt: null,
    stop: 'none',
    stopAt: null,
    stopBecause: null,
    process: 'unknown',
    processAt: null,
    pidBefore: null,
    pid: null,
    fault: null,
    faultDetail: '',
  };
}

import { z } from 'zod';
import { observedRowSchema } from './check-run.js';
import { storedFaultSchema } from './host-fault.js';
import { OUTCOMES, type Outcome } from './outcome.js';
import { ownValue } from './own-value.js';
import { personSchema } from './person.js';
import type { ValueOf } from './value-of.js';
import { flattenSchema, haltVenueSchema } from './venue.js';
import { VERDICTS } from './verdict.js';
import { haltEvidenceSchema } from './watch-halt.js';

/**
 * `disable`: the flag to false. `stop`: the flag to false and the service stopped. `stop_entries`: the strategy goes on
 * with its exits alone.
 */
export const HALT_KINDS = ['disable', 'stop', 'previous_model', 'stop_entries'] as const;
export type HaltKind = (typeof HALT_KINDS)[number];

/** Whether nothing of the strategy trades afterwards; otherwise its process goes on, with other values. */
export const turnsOff = (kind: HaltKind): kind is 'disable' | 'stop' => kind === 'disable' || kind === 'stop';

export const HALT_STATES = ['halting', 'verified', 'not_verified'] as const;
export type HaltState = (typeof HALT_STATES)[number];

/** What can stand in the way on one host; `views/text` writes the sentence for each. */
const HALT_FAULTS = [
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
  /** A process that was told to end has not, long after. */
  'not_ending',
  /** Processes of before, or with values of their own, live on. */
  'processes_left',
  /** Nobody can see which processes belong to the service. */
  'processes_unknown',
  /** The new process has loaded the strategy although its flag is off. */
  'strategy_loaded',
  /** Whether it has, nobody can see. */
  'log_unreadable',
  /** It has not, although its exits are to go on. */
  'strategy_not_loaded',
] as const;
export type HaltFault = (typeof HALT_FAULTS)[number];

/** RFC 3339; null: not yet. */
const moment = z.string().nullable();

/** How far one host is. */
const hostHaltSchema = z.object({
  host: z.string(),
  /** The variables in the environment files. */
  disk: z.enum(['pending', 'done', 'failed']),
  diskAt: moment,
  /** They stood there before: nothing was written. */
  diskWasDone: z.boolean(),
  files: z.array(z.string()),
  /** The effective values of the wanted names before the first write; null: not set. */
  before: z.record(z.string(), z.string().nullable()).optional(),
  restart: z.enum(['pending', 'issued', 'done', 'not_needed', 'failed']),
  restartAt: moment,
  /** The way out when the flag alone does not do it. */
  stop: z.enum(['none', 'issued', 'done', 'failed']),
  stopAt: moment,
  stopBecause: z.enum([...HALT_FAULTS, 'asked']).nullable(),
  /** What the running process itself shows. */
  process: z.enum(['unknown', 'differs', 'as_wanted', 'stopped']),
  processAt: moment,
  pidBefore: z.number().nullable(),
  pid: z.number().nullable(),
  /** What is wrong at this moment. */
  fault: z.enum(HALT_FAULTS).nullable(),
  /** What the host did about it; as text: processes by their numbers, or the sentence of an earlier version; '': nothing more. */
  faultDetail: z.union([z.string(), storedFaultSchema]),
});
export type HostHalt = ValueOf<typeof hostHaltSchema>;

/** Whether new entries stop. */
const entryWatchSchema = z.object({
  state: z.enum(['waiting', 'watching', 'clear', 'entries', 'unknown', 'not_watched']),
  /** Since when every host is off. */
  from: moment,
  until: moment,
  /** When the trading database last answered. */
  askedAt: moment,
  entries: z.number(),
  /** Why it is unknown: a code of the trading database, or `not_configured`. */
  code: z.string().nullable(),
});

export const haltSchema = z.object({
  haltId: z.uuid(),
  strategy: z.string(),
  target: z.string(),
  kind: z.enum(HALT_KINDS),
  /** By their full names, e.g. the enable flag and `false`. */
  wanted: z.record(z.string(), z.string()),
  /** Where hosts differ (the path of a model): by host, instead of `wanted`. */
  wantedOf: z.record(z.string(), z.record(z.string(), z.string())),
  /** Of `previous_model`: SHA-256 of the models that it takes away, which it never brings back by itself. */
  replaced: z.array(z.string()).optional(),
  requestedBy: personSchema,
  /** Nobody asked for it: what the watch saw. */
  watch: haltEvidenceSchema.optional(),
  /** RFC 3339. */
  requestedAt: z.string(),
  reason: z.string().nullable(),
  state: z.enum(HALT_STATES),
  hosts: z.array(hostHaltSchema),
  entryWatch: entryWatchSchema,
  /** Orders that can still fill; undefined: not asked, or nobody knows. */
  resting: z.object({ total: z.number(), rows: z.array(observedRowSchema) }).optional(),
  /** undefined: the targets file names none, or it is nobody's business here (`previous_model`). For `stop_entries` of entries alone. */
  venue: haltVenueSchema.optional(),
  /** Positions that nobody manages now; null: not asked, or nobody knows. */
  openEntries: z.object({ total: z.number(), rows: z.array(observedRowSchema) }).nullable(),
  /** Why they are unknown: a code of the trading database. */
  openEntriesFault: z.string().optional(),
  /** Section 4 after the halt. */
  verification: z.object({ runId: z.string(), verdict: z.enum(VERDICTS), stored: z.boolean() }).nullable(),
  /** Whether every new process was seen loading the model, where it goes on trading; undefined: nobody could look. */
  start: z.enum(OUTCOMES).optional(),
  /** The release that was stopped by it. */
  cancelled: z.object({ releaseId: z.string().nullable(), requests: z.number() }).nullable(),
  /** What was under way could not be cancelled yet: it is tried until it is. */
  cancelAway: z.boolean().optional(),
  /** The bot was ended while it halted, and went on from what it found. */
  resumed: z.boolean(),
  endedAt: moment,
  /** The newest attempt to close what is held. */
  flatten: flattenSchema.optional(),
  /** The first release of the target that began after its end: whether the strategy is off, it no longer says. */
  laterRelease: z
    .object({ releaseId: z.string(), startedAt: z.string(), by: personSchema.optional() })
    .optional(),
  /** Of one that was not verified, or that a release has followed: the halt of the target that was, afterwards. */
  resolvedBy: z
    .object({ haltId: z.string(), kind: z.enum(HALT_KINDS), by: personSchema, at: z.string() })
    .optional(),
});
export type Halt = ValueOf<typeof haltSchema>;

/** What has become of a halt since its end: the newest alone has the word. */
export function afterwardsOf({ laterRelease, resolvedBy }: Pick<Halt, 'laterRelease' | 'resolvedBy'>) {
  const isResolved =
    resolvedBy !== undefined &&
    (laterRelease === undefined || Date.parse(resolvedBy.at) > Date.parse(laterRelease.startedAt));
  return isResolved ? { resolvedBy } : { laterRelease };
}

type HaltGap =
  | { readonly code: 'host'; readonly host: string; readonly fault: HaltFault | null }
  | { readonly code: 'new_entries'; readonly entries: number }
  | { readonly code: 'entries_unknown'; readonly because: string }
  | { readonly code: 'resting_orders'; readonly orders: number }
  | { readonly code: 'venue_unknown' }
  | { readonly code: 'venue_apart'; readonly orders: number; readonly positions: number }
  | { readonly code: 'start_not_proved'; readonly outcome: Outcome };

/** What is wrong beside a main process that is as wanted. */
const REST_FAULTS: ReadonlySet<HaltFault | null> = new Set<HaltFault>([
  'processes_left',
  'processes_unknown',
  'strategy_loaded',
  'log_unreadable',
  'strategy_not_loaded',
]);

/** It has ended, and what was looked at afterwards is known. */
export const isComplete = ({
  kind,
  endedAt,
  openEntries,
  openEntriesFault,
}: Pick<Halt, 'kind' | 'endedAt' | 'openEntries' | 'openEntriesFault'>): boolean =>
  endedAt !== null && (!turnsOff(kind) || openEntries !== null || openEntriesFault !== undefined);

/** Whether a halt acts on all of these hosts: only then is it a click's own that means them. */
export const covers = (
  { hosts }: Pick<Halt, 'hosts'>,
  wanted: readonly { readonly host: string }[],
): boolean => wanted.every(({ host }) => hosts.some((one) => one.host === host));

/** Something stands in the way that a person may have to mend, if it lasts. */
export const isInTrouble = ({ hosts, venue }: Pick<Halt, 'hosts' | 'venue'>): boolean =>
  hosts.some(({ fault }) => fault !== null) ||
  (venue !== undefined && (venue.openFault !== null || (venue.open?.total ?? 0) > 0));

/** A host on which nothing trades any more; where the strategy goes on: on which the process with the wanted values runs. */
export const isSettled = (host: HostHalt, kind: HaltKind): boolean =>
  host.fault === null && isOff(host, kind);

/** Its main process is as wanted, whatever else may trade there. */
export function isOff(host: HostHalt, kind: HaltKind): boolean {
  const { process, fault, disk, diskWasDone, pid, pidBefore } = host;
  if (fault !== null && !REST_FAULTS.has(fault)) return false;
  // Where this halt changed the files, the process that ran before has read the old ones.
  const isOutdated = disk === 'done' && !diskWasDone && pid !== null && pid === pidBefore;
  return (process === 'as_wanted' && !isOutdated) || (process === 'stopped' && turnsOff(kind));
}

/** What the running process of a host must show. */
export function wantedOn({ wanted, wantedOf }: Pick<Halt, 'wanted' | 'wantedOf'>, host: string) {
  return ownValue(wantedOf, host) ?? wanted;
}

type HaltEvidence = Pick<Halt, 'kind' | 'hosts' | 'entryWatch' | 'resting' | 'venue' | 'start'>;

/** What is missing for VERIFIED. An empty list while the watch goes on means: nothing but time. */
export function gapsOf(halt: HaltEvidence): readonly HaltGap[] {
  const { start } = halt;
  const { state, entries, code } = halt.entryWatch;
  return [
    ...halt.hosts
      .filter((host) => !isSettled(host, halt.kind))
      .map(({ host, fault }): HaltGap => ({ code: 'host', host, fault })),
    ...(state === 'entries' ? [{ code: 'new_entries', entries } as const] : []),
    ...(state === 'unknown' ? [{ code: 'entries_unknown', because: code ?? 'other' } as const] : []),
    ...restingGaps(halt),
    ...(start !== undefined && start !== 'PASS'
      ? [{ code: 'start_not_proved', outcome: start } as const]
      : []),
  ];
}

/** Where there is a venue, its word counts, and the records must not gainsay it. */
function restingGaps({ venue, resting }: HaltEvidence): readonly HaltGap[] {
  const orders = (venue === undefined ? resting : venue.open)?.total ?? 0;
  const rest = orders > 0 ? [{ code: 'resting_orders', orders } as const] : [];
  if (venue === undefined) return rest;
  const [alone, apart] = [venue.recordedAlone.total, venue.positionsApart.total];
  return [
    ...rest,
    ...(venue.openFault !== null || venue.positionsFault !== null
      ? [{ code: 'venue_unknown' } as const]
      : []),
    ...(alone + apart > 0 ? [{ code: 'venue_apart', orders: alone, positions: apart } as const] : []),
  ];
}

/** Verified only when nothing is missing and the watch has ended well. */
export function evaluateHalt(halt: HaltEvidence): Exclude<HaltState, 'halting'> {
  const { state } = halt.entryWatch;
  const watched =
    halt.kind === 'previous_model'
      ? state === 'not_watched'
      : state === 'clear' && halt.resting !== undefined && halt.venue?.open !== null;
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
> & { readonly replaced?: Halt['replaced']; readonly watch?: Halt['watch'] };

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

import { type AuditEvent, THE_BOT } from './audit-event.js';
import { type Halt, type HostHalt, wantedOn } from './halt.js';
import type { Person } from './person.js';

type Draft = Omit<AuditEvent, 'eventId'>;

/** What is written down before anything is done. */
export function requestedEvent(halt: Halt): Draft {
  return {
    ...commonOf(halt),
    kind: 'halt.requested',
    actor: halt.requestedBy,
    at: halt.requestedAt,
    details: {
      haltId: halt.haltId,
      halt: halt.kind,
      wanted: halt.wanted,
      wantedOf: halt.wantedOf,
      hosts: halt.hosts.map(({ host }) => host),
      resumed: halt.resumed,
      ...(halt.watch === undefined ? {} : { watch: evidenceOf(halt.watch) }),
    },
  };
}

const evidenceOf = ({ troubles, ...watch }: NonNullable<Halt['watch']>) => ({
  ...watch,
  checks: troubles.map(({ id, outcome }) => ({ id, outcome })),
});

/** Somebody wanted the same, or less, while it went on. @param at RFC 3339 */
export function joinedEvent(halt: Halt, asked: Halt['kind'], by: Person, at: string): Draft {
  const { haltId, kind } = halt;
  return { ...commonOf(halt), kind: 'halt.joined', actor: by, at, details: { haltId, halt: kind, asked } };
}

/** A reason that was given afterwards. @param at RFC 3339 */
export function reasonEvent(halt: Halt, by: Person, at: string): Draft {
  return { ...commonOf(halt), kind: 'halt.reason_given', actor: by, at, details: { haltId: halt.haltId } };
}

export interface HaltRefusal {
  readonly target: string | null;
  readonly by: Person;
  /** What they wanted to do. */
  readonly act: string;
  /** A code. */
  readonly because: string;
}

/** @param at RFC 3339 */
export function refusedEvent(strategy: string, { target, by, act, because }: HaltRefusal, at: string): Draft {
  return { strategy, target, kind: 'halt.refused', actor: by, at, reason: null, details: { act, because } };
}

/** What has happened between two states of a halt, in order. @param at RFC 3339 */
export function haltEvents(before: Halt, after: Halt, at: string): readonly Draft[] {
  const event = (kind: string, details: Draft['details']): Draft => ({
    ...commonOf(after),
    kind,
    actor: THE_BOT,
    at,
    details: { haltId: after.haltId, ...details },
  });
  const ofHosts = after.hosts.flatMap((host, index) => {
    const earlier = before.hosts[index];
    return earlier === undefined
      ? []
      : hostEvents(earlier, host, wantedOn(after, host.host)).map(([kind, details]) => event(kind, details));
  });
  const atVenue = venueEvents(before, after).map(([kind, details]) => event(kind, details));
  const cancelled =
    before.cancelled === null && after.cancelled !== null
      ? [event('halt.release_cancelled', after.cancelled)]
      : [];
  const ended =
    before.endedAt === null && after.endedAt !== null ? [event('halt.ended', outcomeOf(after))] : [];
  const isNews = before.openEntries !== after.openEntries || before.verification !== after.verification;
  // The proof comes first: what is looked at afterwards is an event of its own.
  const lookedAfter =
    after.endedAt !== null && isNews
      ? [event('halt.looked_after', { openEntries: after.openEntries, verification: after.verification })]
      : [];
  return [...cancelled, ...ofHosts, ...atVenue, ...ended, ...lookedAfter];
}

function commonOf({ strategy, target, reason }: Halt) {
  return { strategy, target, reason };
}

function hostEvents(
  before: HostHalt,
  after: HostHalt,
  wanted: Halt['wanted'],
): readonly (readonly [string, Draft['details']])[] {
  const { host, files, pidBefore, pid, fault, faultDetail } = after;
  const change = { before: after.before ?? null, after: wanted };
  const became = <K extends keyof HostHalt>(key: K, value: HostHalt[K]) =>
    before[key] !== value && after[key] === value;
  return [
    ...(became('disk', 'done')
      ? [['halt.written', { host, files, at: after.diskAt, wasThere: after.diskWasDone, ...change }] as const]
      : []),
    ...(became('restart', 'issued') ? [['halt.restart_issued', { host, pidBefore }] as const] : []),
    ...(became('stop', 'issued')
      ? [['halt.stop_issued', { host, because: after.stopBecause }] as const]
      : []),
    ...(before.fault !== fault && fault !== null
      ? [['halt.fault', { host, fault, detail: faultDetail }] as const]
      : []),
    ...(before.process !== after.process && (after.process === 'as_wanted' || after.process === 'stopped')
      ? [['halt.process_seen', { host, process: after.process, pid, pidBefore }] as const]
      : []),
  ];
}

function venueEvents(
  { venue: before }: Halt,
  { venue: after }: Halt,
): readonly (readonly [string, Draft['details']])[] {
  if (after === undefined) return [];
  const { host, cancel, cancelFault, open, openFault } = after;
  const isCancelNews = before?.cancel !== cancel && cancel !== 'pending' && cancel !== 'none';
  const isOpenNews = open !== null && before?.open?.total !== open.total;
  const isFaultNews = openFault !== null && before?.openFault?.code !== openFault.code;
  return [
    ...(isCancelNews ? [['halt.orders_cancel', { host, cancel, fault: cancelFault }] as const] : []),
    ...(isOpenNews || isFaultNews ? [['halt.orders_seen', { host, open, fault: openFault }] as const] : []),
  ];
}

function outcomeOf({ state, entryWatch, hosts, venue, resumed }: Halt): Draft['details'] {
  return {
    state,
    entryWatch: { ...entryWatch },
    ...(venue === undefined ? {} : { venue }),
    hosts: hosts.map(({ host, disk, process, fault }) => ({ host, disk, process, fault })),
    resumed,
  };
}

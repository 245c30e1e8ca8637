import type { HaltFault, HaltKind, HaltState, HostHalt } from '../../src/domain/halt.js';

/** All prose of the rollback, in one language. */
export interface RollbackText {
  /** The first line: whether trading has stopped. */
  readonly state: Readonly<Record<HaltKind, Readonly<Record<HaltState, string>>>>;
  readonly kind: Readonly<Record<HaltKind, string>>;
  readonly by: (kind: string, who: string, when: string) => string;
  readonly reason: (reason: string) => string;
  readonly noReason: string;
  readonly resumed: string;
  readonly timeLine: (haltId: string) => string;
  readonly alreadyBy: (kind: string, who: string, when: string) => string;
  readonly hosts: string;
  readonly disk: Readonly<Record<HaltKind, Readonly<Record<HostHalt['disk'] | 'was_done', string>>>>;
  readonly restart: Readonly<Record<HostHalt['restart'], string>>;
  readonly stop: Readonly<Record<Exclude<HostHalt['stop'], 'none'>, string>>;
  readonly process: Readonly<Record<HaltKind, Readonly<Record<HostHalt['process'], string>>>>;
  readonly pid: (before: string, now: string) => string;
  readonly fault: Readonly<Record<HaltFault, string>>;
  readonly stopBecause: (why: string) => string;
  readonly flagStillOn: string;
  readonly watch: {
    readonly waiting: string;
    readonly begun: (until: string) => string;
    readonly watching: (from: string, until: string) => string;
    readonly clear: (from: string, until: string) => string;
    readonly entries: (count: number, from: string) => string;
    readonly unknown: (why: string) => string;
    readonly databaseAway: string;
    readonly databaseMissing: string;
    readonly databaseRefuses: string;
  };
  readonly missing: string;
  readonly byHand: string;
  readonly onHost: (host: string) => string;
  readonly setByHand: (line: string, file: string) => string;
  readonly openEntries: (total: number) => string;
  readonly openEntriesNone: string;
  readonly start: {
    readonly proved: string;
    readonly notProved: (outcome: string) => string;
    readonly notAsked: string;
  };
  readonly openEntriesUnknown: (why: string) => string;
  readonly openEntry: (market: string, side: string, shares: string, since: string) => string;
  readonly more: (count: number) => string;
  readonly section4: (verdict: string) => string;
  readonly section4Missing: string;
  readonly cancelled: (release: boolean, requests: number) => string;
  readonly cancelAway: string;
  readonly turningOn: string;
  readonly history: (claim: string) => string;
  readonly superseded: (since: string, releaseId: string) => string;
  readonly alarm: (group: string, target: string) => string;
  readonly button: Readonly<
    Record<'disable' | 'stop' | 'previousModel' | 'addReason' | 'restore' | 'cancel' | 'details', string>
  >;
  readonly previous: {
    readonly title: string;
    readonly looking: string;
    readonly restores: (when: string) => string;
    readonly host: (host: string, path: string, sha256: string) => string;
    readonly putBack: string;
    readonly verified: string;
    readonly untried: (hosts: string) => string;
    readonly flagStays: string;
    readonly none: string;
    readonly runsAlready: string;
    readonly artefactMissing: (host: string, path: string, sha256: string) => string;
    readonly hostAway: (detail: string) => string;
    readonly databaseAway: string;
    readonly changed: string;
    readonly started: string;
  };
  readonly reasonModal: {
    readonly title: string;
    readonly label: string;
    readonly submit: string;
    readonly close: string;
    readonly gone: string;
  };
  readonly confirm: { readonly title: string; readonly text: (target: string) => string };
  readonly status: {
    readonly title: (target: string) => string;
    readonly last: (state: string, who: string, when: string) => string;
    readonly never: string;
    readonly uncertain: string;
    readonly who: (names: string) => string;
    readonly explain: string;
  };
  readonly usage: {
    readonly oneAction: string;
    readonly reasonMissing: string;
  };
  readonly forbidden: string;
  readonly unknownOperator: string;
}

const CHAIN_FAULTS = [
  /** The position is not the next one: an event was taken out, put in, or moved. */
  'position',
  /** The event does not point at the one before it. */
  'link',
  /** The event's own content is not what was hashed. */
  'content',
  /** The chain ends elsewhere than where its head says. */
  'end',
  /** A line that is no event. */
  'unreadable',
  /** An export without an event or a head: it proves nothing. */
  'empty',
  /** An export that bears no signature, one that does not hold, or one of a key that is not the expected one. */
  'unsigned',
  'signature',
  'foreign_key',
  /** The database ends before an export does: its last events are gone, or a backup was restored. */
  'tail_lost',
  /** From there on the database holds other events than an export. */
  'replaced',
] as const;

export type ChainFault = (typeof CHAIN_FAULTS)[number];

export interface BrokenLink {
  readonly strategy: string;
  /** Where the next link was expected. */
  readonly position: number;
  readonly fault: ChainFault;
  /** The event that was found there, where there is one. */
  readonly eventId: string | null;
  /** The line of an export, counted from 1. */
  readonly line?: number;
}

export interface SignedBy {
  readonly fingerprint: string;
  readonly at: string;
}

export interface TrailVerdict {
  /** Events that were followed, by strategy. */
  readonly events: Readonly<Record<string, number>>;
  /** The first one of each strategy; none: every chain holds. */
  readonly broken: readonly BrokenLink[];
  /** Of an export. */
  readonly signedBy?: SignedBy | undefined;
}

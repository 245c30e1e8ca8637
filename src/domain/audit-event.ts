import type { Person } from './check-run.js';

/** Who did what, when and why. Values must be plain JSON; secrets are taken out before anything is stored. */
export interface AuditEvent {
  /** Given where the event happens, so that moving it twice makes one row. */
  readonly eventId: string;
  readonly strategy: string;
  /** e.g. `halt.requested`. */
  readonly kind: string;
  readonly target: string | null;
  readonly actor: Person;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly at: string;
  readonly reason: string | null;
  /** Before, after and the like. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** The actor of what a clock, a changed file or a person's earlier request leads to. */
export const THE_BOT: Person = { id: 'lobml', name: 'lobml', surface: 'terminal' };

/** An event in its place: the hash covers everything of it, and the hash of the event before it. */
export interface ChainedEvent extends AuditEvent {
  /** From 1, without gaps, for each strategy. */
  readonly position: number;
  /** SHA-256 in hex of the event before; zeros for the first. */
  readonly previousSha256: string;
  readonly sha256: string;
}

/** Where a strategy's chain ends. */
export interface ChainHead {
  readonly strategy: string;
  readonly position: number;
  readonly sha256: string;
}

import type { Person } from './person.js';

/** Who may use a subcommand: a role of the targets file. */
type Audience = 'all' | 'requester' | 'operator' | 'admin';

/** What help and the registry know of a subcommand. */
export interface SubcommandEntry {
  readonly name: string;
  /** The checklist's section, where it has one. */
  readonly section?: string;
  readonly audience: Audience;
  /** What follows the name, e.g. `[target]`. */
  readonly usage: string;
  /** Where it works; both unless told. */
  readonly surfaces?: readonly Person['surface'][];
}

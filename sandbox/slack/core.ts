import type { ResponseUrls, Triggers } from './credentials.js';
import type { FaultsOnPurpose } from './faults-on-purpose.js';
import type { Workspace } from './workspace.js';

/** What the Web API, the deliveries and the people's actions share. */
export interface Core {
  readonly workspace: Workspace;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly faults: FaultsOnPurpose;
  readonly botToken: string;
  readonly appToken: string;
  /** The scopes of the bot token. */
  readonly scopes: readonly string[];
  /** Where the server listens, e.g. `http://127.0.0.1:4000`. */
  origin(): string;
  /** The path and query of a fresh Socket Mode address. */
  issueSocketPath(): string;
}

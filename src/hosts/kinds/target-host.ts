import type { ServiceSettings } from '../managers/service-schema.js';
import type { HostConnection } from './connection-schema.js';

interface EnvironmentLayer {
  readonly path: string;
  /** A missing file is fine. */
  readonly optional: boolean;
}

/** A host of a target, with what it took over from its target. */
export interface TargetHost {
  readonly name: string;
  readonly connection: HostConnection;
  readonly service: ServiceSettings;
  /** In order: later ones win. */
  readonly environmentFiles: readonly EnvironmentLayer[];
  readonly writtenEnvironmentFile: string;
  readonly models: string | undefined;
  readonly binary: string | undefined;
}

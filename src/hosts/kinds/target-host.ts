import type { ServiceSettings } from '../managers/service-managers.js';
import type { HostConnection } from './host-kinds.js';

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

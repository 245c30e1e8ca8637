import type { VariableChange } from '../../domain/release-plan.js';
import type { HostEnvironment } from './host-environment.js';

/** What will stand on a host once a release has gone through. */
export interface PlannedHost {
  readonly environment: HostEnvironment;
  /** undefined: the model that stands there stays. */
  readonly model: PlannedModel | undefined;
  /** What the plan names as different between file and running process; the values as they are, never shown. */
  readonly drift: readonly VariableChange[];
  /** What stands there now. */
  readonly present: HostEnvironment;
}

export interface PlannedModel {
  /** Where it will stand on the host. */
  readonly path: string;
  /** Where it waits on the bot's machine. */
  readonly stagedPath: string;
  /** As the plan has it, in hex. */
  readonly sha256: string;
}

/** By host; a run of a release judges this instead of what stands. */
export type PlannedState = ReadonlyMap<string, PlannedHost>;

// The whole of zod would be more than half of a supervisor's start.
import * as z from 'zod/mini';

/** What a supervisor is started with: one JSON argument. */
export const supervisorSettings = z.object({
  socketPath: z.string(),
  /** Where the unit's state stands for whoever looks, with the supervisor's process id in its first line. */
  statusPath: z.string(),
  execStart: z.array(z.string()).check(z.minLength(1)),
  workingFolder: z.string(),
  /** In order, later ones win; one that is missing is fine. */
  environmentFiles: z.array(z.string()),
  /** What the process gets besides the files. */
  baseEnvironment: z.record(z.string(), z.string()),
  journalPath: z.string(),
  /** Every start, stop and restart that was asked for, one JSON line each; tests read it. */
  appliedStepsPath: z.string(),
  faultsPath: z.string(),
  clockPath: z.string(),
  restartDelayMs: z.number().check(z.nonnegative()),
  /** From SIGTERM to SIGKILL. */
  stopTimeoutMs: z.number().check(z.positive()),
});
export type SupervisorSettings = z.infer<typeof supervisorSettings>;

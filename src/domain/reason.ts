import { z } from 'zod';
import type { ValueOf } from './value-of.js';

/**
 * Every reason that a check can end with: one closed list that feeds the messages in each language, the audit
 * trail and the tests. The sentence itself is written in `views/text`.
 */
const REASON_CODES = [
  'conditions_hold',
  'warning_holds',
  'failure_holds',
  'neither_holds',
  /** Facts: `count` of rows that carry a fault of `fault-codes`. */
  'faulty_rows',
  'no_data',
  /** Facts: `missing`, the names. */
  'keys_missing',
  /** Facts: `hosts` whose service has no process. */
  'service_stopped',
  /** Facts: `hosts` with their state, whose service should run and has no process: failed, or between two starts. */
  'service_down',
  /** Facts: `hosts` whose service manager does not say since when the process runs. */
  'start_unknown',
  /** Facts: `hosts` on which nobody says what account the service runs as, so its rights were not looked at. */
  'account_unknown',
  /** Facts: `fault`, a code of a ConditionError, and what belongs to it. */
  'condition_error',
  /** Its conditions cost more than judging one answer may. */
  'too_costly',
  /** Facts: `host` and `code` of a HostError. */
  'host_error',
  /** Facts: `code` of a DatabaseFaultError and what belongs to it. */
  'database_error',
  /** Facts: `code` of a fault of the bot's own database and what belongs to it. */
  'state_database_error',
  /** Facts: `url` without its secrets, `code` of an EndpointError, `detail` and `timeoutMs`. */
  'endpoint_error',
  /** Facts: `variable`, and `values` as `host: value`, which differ or are wrong. */
  'environment_unclear',
  /** Facts: `clocks` that gave no answer, each with a code. */
  'clocks_unread',
  /** Facts: `timeoutMs`. */
  'probe_timeout',
  /** Facts: `maxRows`. */
  'too_many_rows',
  /** Facts: `setting`, the configuration that is missing. */
  'not_configured',
  'probe_failed',
  /** There is no ONNX Runtime on the bot's machine. */
  'model_runtime_missing',
  /** Facts: `by`, `because`. */
  'skipped',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** What a sentence needs: names, numbers as text, and a fault's code. Never a secret. */
export const factsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]));

export const reasonSchema = z.object({
  code: z.enum(REASON_CODES),
  facts: factsSchema.exactOptional(),
});
export type Reason = ValueOf<typeof reasonSchema>;

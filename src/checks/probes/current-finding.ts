import type { ObservedRow } from '../../domain/check-run.js';
import type { HostAccess } from '../context/check-context.js';

/**
 * What keeps a file or a setting from being what runs. `found`: it is. Each stands in a row's `finding`, for the
 * sentences of the runbook.
 */
export type Finding =
  | 'found'
  /** Written since the process began. */
  | 'newer'
  /** Older by its own date, but brought to its place since the process began. */
  | 'moved'
  /** Not the bytes of the last confirmed release of that path, nor of one under way. */
  | 'other_bytes'
  | 'missing'
  /** The program's file was taken away or replaced. */
  | 'deleted'
  | 'other_file'
  | 'other_program'
  | 'needs_reload'
  /** The unit as it is loaded now starts something else than the process. */
  | 'other_command'
  /** A file of the unit was changed since the process began, and read. */
  | 'unit_changed'
  /** A variable is set outside the environment files. */
  | 'set_outside'
  /** The process began with a variable that nothing sets any more. */
  | 'held'
  /** An environment file of the service that the targets file does not list, or the other way round. */
  | 'not_listed'
  | 'not_read'
  | 'other_order'
  | 'not_told';

export type Subject = 'model' | 'program' | 'unit' | 'variable' | 'environment_file';

/** Where nobody can say whether it is what runs. What is not known, and what differs, is no pass. */
const UNCERTAIN: ReadonlySet<Finding> = new Set(['moved', 'other_bytes', 'unit_changed', 'not_told']);

/** A row of the check, about one subject of a host. */
export function findingRow(
  { host }: HostAccess,
  subject: Subject,
  finding: Finding,
  facts: { readonly path?: string; readonly variable?: string; readonly changedAt?: Date } = {},
): ObservedRow {
  const known = !UNCERTAIN.has(finding);
  return {
    host: host.name,
    subject,
    finding,
    // An empty text is no data for a condition; the service is what such a row is about.
    name: facts.variable || facts.path || host.service.description,
    place: facts.path || host.service.description,
    changed_at: facts.changedAt?.toISOString() ?? null,
    known,
    differs: known && finding !== 'found',
  };
}

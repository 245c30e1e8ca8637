import type { AuditEvent } from '../domain/audit-event.js';
import { isSecretName, MASK, redact } from '../domain/secrets.js';

/**
 * The same value as plain JSON, without secrets: by the name of a field and by what the texts look like. Before it is
 * stored, not before it is shown.
 */
function redactDetails(value: unknown, isSecret = false): unknown {
  // PostgreSQL's text holds no NUL.
  if (typeof value === 'string') return isSecret ? MASK : redact(value.replaceAll('\0', '\uFFFD'));
  if (Array.isArray(value)) return value.map((item) => redactDetails(item ?? null, isSecret));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? value : null;
  if (value instanceof Date) return value.toISOString();
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.map(([name, field]) => [redact(name), redactDetails(field, isSecret || isSecretName(name))]),
  );
}

/** The event without secrets in what people and hosts have told. */
export function redactEvent(event: AuditEvent): AuditEvent {
  const { reason, details } = event;
  return { ...event, ...(redactDetails({ reason, details }) as Pick<AuditEvent, 'reason' | 'details'>) };
}

import { z } from 'zod';
import { isRecord } from '../../domain/canonical-json.js';
import type { ObservedRow, ObservedValue } from '../../domain/check-run.js';
import { parseExactJson } from '../../domain/exact-number.js';
import type { ShapeFault } from '../../domain/file-fault.js';
import { isSecretName, MASK, redact } from '../../domain/secrets.js';
import { EndpointError, type EndpointErrorCode } from '../context/http-get.js';
import { ProbeError } from '../context/observation.js';
import { defineProbe } from '../context/probe-kind.js';

const MAX_BYTES = 256 * 1024;
const MAX_ROWS = 1_000;
/** Deeper parts of an answer become null: nobody writes a condition on them, and each level costs a call. */
const MAX_DEPTH = 32;

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'url_shape' satisfies ShapeFault })
    .transform((text) => new URL(text))
    .refine(
      ({ username, password }) => `${username}${password}` === '',
      'secret_in_file' satisfies ShapeFault,
    ),
  timeoutMs: z.number().int().min(50).max(60_000).optional(),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .refine((headers) => !Object.keys(headers).some(isKeyName), 'secret_in_file' satisfies ShapeFault)
    .refine((headers) => Object.entries(headers).every(isHeader), 'header_shape' satisfies ShapeFault),
});

/**
 * One GET from the bot's machine, for a health endpoint. A JSON object is one row, a list of objects a row each; any
 * other answer is one row with `body` null. A redirect is not followed.
 */
export const httpProbe = defineProbe({
  kind: 'http',
  needs: 'network',
  keys: { http: settings },
  compile: ({ http }) => http,
  async observe({ url, headers, timeoutMs: own }, { target, httpGet, now }, { timeoutMs, signal }) {
    const bounds = { timeoutMs: Math.min(own ?? timeoutMs, timeoutMs), maxBytes: MAX_BYTES, signal };
    const shown = shownUrl(url);
    const failed = (code: EndpointErrorCode | 'too_many_rows', detail = '', cause?: unknown) => {
      const facts = { url: shown, code, detail, timeoutMs: bounds.timeoutMs };
      return new ProbeError({ code: 'endpoint_error', facts }, `${shown}: ${code} ${detail}`, { cause });
    };
    try {
      const { status, body, durationMs } = await httpGet({
        ...bounds,
        url,
        headers,
        permitted: target.probeAddresses,
      });
      const found = rowsOf(body);
      if (found.length > MAX_ROWS) throw failed('too_many_rows');
      const rows = found.map((row) => ({ ...row, url: shown, status, duration_ms: durationMs }));
      return { rows, evidence: { probe: 'http' }, observedAt: now().toISOString() };
    } catch (error) {
      throw error instanceof EndpointError ? failed(error.code, error.detail, error) : error;
    }
  },
});

function isKeyName(name: string): boolean {
  return isSecretName(name) || /(^|[-_])(key|sig|signature)$/i.test(name);
}

/** Which host is asked and how long the answer is are not for a header to say. */
function isHeader([name, value]: readonly [string, string]): boolean {
  const isOurs = OUR_HEADERS.test(name);
  return !isOurs && /^[A-Za-z][A-Za-z0-9-]*$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);
}

const OUR_HEADERS =
  /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|accept-encoding)$/i;

/** As it may be seen: without what looks like a secret in its query. */
function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.hash = '';
  shown.pathname = redact(url.pathname);
  for (const [name, value] of url.searchParams) {
    const isSecret = isKeyName(name) || looksSecret(value) || redact(value) !== value;
    if (isSecret) shown.searchParams.set(name, 'REDACTED');
  }
  return shown.href;
}

/** Long, and of letters and digits without a word or a moment among them: what a key or a token looks like. */
const looksSecret = (value: string): boolean =>
  value.length >= 20 && /\d/.test(value) && /[a-z]/i.test(value) && /^[\w.~+/=-]+$/.test(value);

function rowsOf(body: Buffer): readonly ObservedRow[] {
  const parsed = parseJson(body.toString('utf8'));
  if (Array.isArray(parsed) && parsed.every(isRecord)) return parsed.map(columnsOf);
  return [isRecord(parsed) ? columnsOf(parsed) : { body: null }];
}

function parseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

/** Columns of the probe itself, and those that have a meaning of their own in results. */
const OWN_COLUMNS: ReadonlySet<string> = new Set([
  'url',
  'status',
  'duration_ms',
  'fault',
  'origin',
  'quotes',
]);

const columnsOf = (fields: Readonly<Record<string, unknown>>): ObservedRow =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const column = storable(name);
      return [OWN_COLUMNS.has(column) ? `body_${column}` : column, observed(name, value, 1)];
    }),
  );

function observed(name: string, value: unknown, depth: number): ObservedValue {
  if (typeof value === 'string') return isKeyName(name) ? MASK : storable(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => observed(name, item, depth + 1));
  if (!isRecord(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([inner, field]) => [storable(inner), observed(inner, field, depth + 1)]),
  );
}

/** PostgreSQL's JSON takes neither NUL nor half of a surrogate pair. */
const storable = (text: string): string => redact(text.replaceAll(/[\0\p{Surrogate}]/gu, '\uFFFD'), 'host');
